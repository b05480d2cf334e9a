import { alignedBuffer } from '../../engine/index.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { BufferPool } from '../storage-volumes/buffer-pool.ts'
import { readRoomBytes } from '../storage-volumes/direct-file.ts'
import type { ReadRun } from './read-plan.ts'
import { readRun } from './record-files.ts'

export type RunResult = Awaited<ReturnType<typeof readRun>>

/**
 * Reads one run ahead of whoever takes them, into two buffers in turn. A result is good until the next step. Buffers go back to the
 * pool only when all was taken: whoever stops early may still be sending from one.
 */
export async function* readAhead(reading: {
  readonly place: RepositoryPlace
  readonly runs: readonly ReadRun[]
  readonly pool: BufferPool
  readonly signal: AbortSignal | undefined
}): AsyncGenerator<{ readonly run: ReadRun; readonly result: RunResult }> {
  const { place, runs, pool, signal } = reading
  const buffers: Buffer[] = []
  const begin = (index: number): Promise<RunResult> | undefined => {
    const run = runs[index]
    if (run === undefined) return undefined
    buffers[index % 2] ??= pool.take()
    const pooled = buffers[index % 2]!
    // A single record may be longer than a run.
    const neededBytes = run.length + readRoomBytes
    const result = readRun(place, run, neededBytes <= pooled.length ? pooled : alignedBuffer(neededBytes))
    // Whoever stops early leaves it unobserved.
    result.catch(() => {})
    return result
  }
  let next = begin(0)
  for (const [index, run] of runs.entries()) {
    signal?.throwIfAborted()
    const result = await next!
    next = begin(index + 1)
    yield { run, result }
  }
  for (const buffer of buffers) pool.give(buffer)
}
