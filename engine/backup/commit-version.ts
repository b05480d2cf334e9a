// Seals the snapshot record and has the target make it a version. When another version took the place in the chain, only this small
// record is sealed again.

import { deriveKeys } from '../crypto/keys.ts'
import type { ChunkId } from '../model/ids.ts'
import { sealSnapshotFile } from '../repository/seal-snapshot.ts'
import type { CommitAnswer } from '../repository/target.ts'
import type { SessionRun } from './back-up.ts'
import type { BuiltVersion } from './pass.ts'

export type Committed =
  | (Extract<CommitAnswer, { kind: 'committed' }> & { readonly root: ChunkId })
  | Extract<CommitAnswer, { kind: 'missing' }>

const staleHeadsMax = 10

export async function commitVersion(
  run: SessionRun,
  built: BuiltVersion,
  options: { readonly isCheckpoint: boolean },
): Promise<Committed> {
  for (let attempt = 0; ; attempt++) {
    const answer = await run.session.commit(sealSnapshot(run, built, options), options)
    if (answer.kind === 'committed') {
      if (answer.next) run.chain.head = answer.next
      return { ...answer, root: built.root }
    }
    if (answer.kind === 'missing') return answer
    if (attempt === staleHeadsMax)
      throw new Error(`another run of this computer took ${staleHeadsMax} places in the chain while this one tried`)
    run.chain.head = answer.head
  }
}

function sealSnapshot(run: SessionRun, built: BuiltVersion, { isCheckpoint }: { readonly isCheckpoint: boolean }): Buffer {
  const { options, cache, startedMs, chain } = run
  return sealSnapshotFile(deriveKeys(options.secrets), {
    root: built.root,
    device: options.device,
    head: chain.head,
    body: {
      job: options.job,
      startedMs,
      finishedMs: options.now(),
      takenMs: startedMs,
      verdict: built.verdict,
      isCheckpoint,
      counts: built.counts,
      skipped: built.skipped,
      sources: options.sources,
      excludes: options.excludes,
      host: options.host,
      platform: options.platform,
      agentVersion: options.agentVersion,
      tags: options.tags,
      parent: cache?.head.snapshot,
    },
    compression: options.compression,
    salt: options.randomBytes(32),
  })
}
