// Whether a local file has just the bytes of an entry, asked by whoever has no writing threads: on the caller's own thread, a little at a
// time, so that everything else of the process goes on beside it.

import { closeSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { RepositoryKeys } from '../crypto/keys.ts'
import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { type ContentRun, contentRuns } from '../repository/file-content.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import type { LocalPath } from './folders.ts'
import { openExisting } from './local-entry.ts'
import { holdsRun } from './proved-bytes.ts'
import type { CheckedRun } from './worker-protocol.ts'

/** Read before others get a turn: some ten milliseconds. */
const bytesAtOnce = 4 * 1024 * 1024
/** Of a hole, which mostly costs nothing to look at. */
const holeBytesAtOnce = 256 * 1024 * 1024

export interface Looking {
  readonly plaintexts: PlaintextSource
  readonly keys: RepositoryKeys
  readonly signal?: AbortSignal | undefined
  /** Asked at each run of bytes. */
  readonly goesOn?: (() => boolean) | undefined
}

/** @returns undefined when `goesOn` said no before it was decided @throws what the source throws, and the signal's reason */
export async function isHeldBy(at: LocalPath, entry: FileEntry | HardlinkEntry, looking: Looking): Promise<boolean | undefined> {
  const fd = openExisting(at)
  if (fd === undefined) return false
  try {
    let bytes = 0
    for await (const run of contentRuns(looking.plaintexts, entry)) {
      for (const part of partsOf(run)) {
        looking.signal?.throwIfAborted()
        if (looking.goesOn?.() === false) return undefined
        if (!holdsRun(fd, part, looking.keys)) return false
        bytes += run.kind === 'hole' ? bytesAtOnce : run.length
        if (bytes < bytesAtOnce) continue
        bytes = 0
        await setImmediate()
      }
    }
    return true
  } finally {
    closeSync(fd)
  }
}

/** What is asked of a file's bytes at the place of a run. */
export function checkedRun(run: ContentRun): CheckedRun {
  const { at, length } = run
  if (run.kind === 'data') return { at, length, id: run.id }
  return { at, length, bytes: run.kind === 'inline' ? run.bytes : 'zeros' }
}

function* partsOf(run: ContentRun): Generator<CheckedRun> {
  if (run.kind !== 'hole') {
    yield checkedRun(run)
    return
  }
  for (let done = 0; done < run.length; done += holeBytesAtOnce)
    yield { at: run.at + done, length: Math.min(holeBytesAtOnce, run.length - done), bytes: 'zeros' }
}
