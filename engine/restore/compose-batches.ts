// Turns planned files into batches: small files whole, large ones run by run, what an existing file holds already not at all.

import { isLoss } from '../model/errors.ts'
import { type ContentRun, contentRuns } from '../repository/file-content.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { Batch } from './batch.ts'
import type { FileQueue } from './file-queue.ts'
import { fitsOneBatch, type PlannedFile } from './planned-file.ts'
import { failureOf } from './restore-report.ts'
import type { SplitFile } from './split-file.ts'
import type { DataRun } from './worker-protocol.ts'

export interface ComposeContext {
  /** For the lists of large files. */
  readonly plaintexts: PlaintextSource
  beginSplit(file: PlannedFile): SplitFile
  /** Copies what the existing file holds; resolves when more may follow. */
  copy(split: SplitFile, from: number, runs: readonly DataRun[]): Promise<void>
}

/** Bytes that one thread copies in one go. */
const copyBytesMax = 16 * 1024 * 1024

type Data = ContentRun & { readonly kind: 'data' }

export async function* composeBatches(queue: FileQueue, context: ComposeContext): AsyncGenerator<Batch, undefined> {
  let batch = new Batch()
  for (let group = await queue.next(); group; group = await queue.next()) {
    if (fitsOneBatch(group[0]!)) {
      if (batch.tryFiles(group)) continue
      yield batch
      batch = new Batch()
      batch.tryFiles(group)
      continue
    }
    const split = context.beginSplit(group[0]!)
    for await (const run of runsToFetch(split, context)) {
      if (split.failure) break
      if (batch.tryRun(split, run)) continue
      yield batch
      batch = new Batch()
      batch.tryRun(split, run)
    }
    split.endPiece(undefined)
  }
  if (!batch.isEmpty) yield batch
  return undefined
}

/** The runs that have to come from the repository; those that do not are copied on the way. A damaged list costs this file only. */
async function* runsToFetch(split: SplitFile, context: ComposeContext): AsyncGenerator<Data> {
  if (split.failure) return
  const { file, seedFd } = split
  let index = 0
  let copied: DataRun[] = []
  let copiedBytes = 0
  try {
    for await (const run of contentRuns(context.plaintexts, file.entry)) {
      const isThere = file.seed?.isSame[index++] === 1
      if (run.kind !== 'data') continue
      if (!isThere || seedFd === undefined) {
        yield run
        continue
      }
      copied.push({ at: run.at, length: run.length, id: run.id })
      copiedBytes += run.length
      if (copiedBytes < copyBytesMax) continue
      await context.copy(split, seedFd, copied)
      copied = []
      copiedBytes = 0
    }
    if (copied.length > 0) await context.copy(split, seedFd!, copied)
  } catch (error) {
    if (!isLoss(error)) throw error
    split.failure ??= failureOf(error)
  }
}
