// Seals the snapshot record and has the target make it a version. When another version took the place in the chain, only this small
// record is sealed again.

import { deriveKeys } from '../crypto/keys.ts'
import { encodeSnapshotBody } from '../format/snapshot-body.ts'
import { encodeEnvelope, encodeSnapshotFile } from '../format/snapshot-envelope.ts'
import type { ChunkId } from '../model/ids.ts'
import { recordTypes } from '../model/record-type.ts'
import { sealRecord } from '../repository/record.ts'
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
  const { head } = run.chain
  const { options, cache, startedMs } = run
  const keys = deriveKeys(options.secrets)
  const envelope = encodeEnvelope({
    root: built.root,
    seq: head.seq,
    device: options.device,
    serverTimeMs: head.serverTimeMs,
    previous: head.previous,
  })
  const plaintext = encodeSnapshotBody({
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
  })
  const record = sealRecord(keys, {
    type: recordTypes.snapshot,
    chunkId: keys.chunkId(recordTypes.snapshot, plaintext),
    plaintext,
    refs: [built.root],
    compression: options.compression,
    salt: options.randomBytes(32),
    prefix: envelope,
  })
  return encodeSnapshotFile(envelope, record)
}
