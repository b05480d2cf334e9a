// The bytes of many files, one after another, as an archive wants them. What is small is fetched together with what follows it, so
// that a folder of small files is as quick as one large file; while one batch is being used, the next are on their way.

import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { FormatError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import { type ContentRun, contentRuns, directRuns } from '../repository/file-content.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import { workAhead } from './work-ahead.ts'

/** Something to come by in its turn, with the bytes of a file or without. */
export interface ItemToRead<Item> {
  readonly item: Item
  readonly file: FileEntry | HardlinkEntry | undefined
}

/** An item, or the next bytes of the last one that was a file; they must not be written to. */
export type FilesEvent<Item> = { readonly kind: 'item'; readonly item: Item } | { readonly kind: 'bytes'; readonly bytes: Buffer }

/** Plaintext of one batch. A single chunk may be longer. */
const batchBytesMax = 2 * 1024 * 1024
/** The first ones are small, so that the first byte comes soon. */
const firstBatchBytes = 128 * 1024
/** A hostile folder may name chunks far longer than it says; this many of the longest are still bearable. */
const batchRunsMax = 64
const batchStepsMax = 1024
/** Beyond the one that is being used. */
const batchesAhead = 3
const zeros = Buffer.alloc(1024 * 1024)

type Step<Item> = { readonly item: Item } | { readonly run: ContentRun }

/** @throws what the items or the source throw; FormatError `tree-damaged` when a chunk has another length than its file says */
export async function* readFiles<Item>(
  source: PlaintextSource,
  items: AsyncIterable<ItemToRead<Item>>,
): AsyncGenerator<readonly FilesEvent<Item>[]> {
  const open = async (steps: readonly Step<Item>[]) => {
    const ids = idsOf(steps)
    return { steps, plaintexts: ids.length > 0 ? await source.readPlaintexts(ids) : noPlaintexts }
  }
  for await (const { steps, plaintexts } of workAhead(batches(source, items), open, batchesAhead))
    yield* eventsOf(steps, plaintexts)
}

const noPlaintexts: ReadonlyMap<ChunkKey, Buffer> = new Map()

function idsOf(steps: readonly Step<unknown>[]): readonly ChunkId[] {
  const ids = new Map<ChunkKey, ChunkId>()
  for (const step of steps) if ('run' in step && step.run.kind === 'data') ids.set(chunkKey(step.run.id), step.run.id)
  return [...ids.values()]
}

async function* batches<Item>(
  source: PlaintextSource,
  items: AsyncIterable<ItemToRead<Item>>,
): AsyncGenerator<readonly Step<Item>[]> {
  const batch = new Batch<Item>()
  for await (const { item, file } of items) {
    batch.add({ item })
    // What lies in the entry itself is there at once: no waiting for each of a million small files.
    if (file?.content.kind === 'list') {
      for await (const run of contentRuns(source, file)) {
        batch.add({ run })
        if (batch.isFull) yield batch.take()
      }
    } else if (file) {
      for (const run of directRuns(file.content, file.size)) batch.add({ run })
    }
    if (batch.isFull) yield batch.take()
  }
  if (!batch.isEmpty) yield batch.take()
}

class Batch<Item> {
  private steps: Step<Item>[] = []
  private bytes = 0
  private runs = 0
  private bytesMax = firstBatchBytes

  /** A file of few chunks is added whole, so a batch may be longer by these. */
  get isFull(): boolean {
    return this.bytes >= this.bytesMax || this.runs >= batchRunsMax || this.steps.length >= batchStepsMax
  }

  get isEmpty(): boolean {
    return this.steps.length === 0
  }

  add(step: Step<Item>): void {
    this.steps.push(step)
    if ('item' in step) return
    // Holes cost nothing until they are given out.
    if (step.run.kind !== 'hole') this.bytes += step.run.length
    if (step.run.kind === 'data') this.runs += 1
  }

  take(): readonly Step<Item>[] {
    const { steps } = this
    this.steps = []
    this.bytes = 0
    this.runs = 0
    this.bytesMax = Math.min(this.bytesMax * 2, batchBytesMax)
    return steps
  }
}

function* eventsOf<Item>(
  steps: readonly Step<Item>[],
  plaintexts: ReadonlyMap<ChunkKey, Buffer>,
): Generator<readonly FilesEvent<Item>[]> {
  let events: FilesEvent<Item>[] = []
  const shared = sharedIds(steps)
  for (const step of steps) {
    if ('item' in step) {
      events.push({ kind: 'item', item: step.item })
    } else if (step.run.kind === 'hole') {
      for (let at = 0; at < step.run.length; at += zeros.length) {
        events.push({ kind: 'bytes', bytes: zeros.subarray(0, Math.min(zeros.length, step.run.length - at)) })
        if (events.length < batchStepsMax) continue
        yield events
        events = []
      }
    } else {
      const bytes = bytesOf(step.run, plaintexts)
      const isShared = step.run.kind === 'data' && shared.has(chunkKey(step.run.id))
      // Whoever is done with a view of it takes nothing away from the others.
      events.push({ kind: 'bytes', bytes: isShared ? bytes.subarray() : bytes })
    }
  }
  if (events.length > 0) yield events
}

/** Of chunks that this batch holds more than once. */
function sharedIds(steps: readonly Step<unknown>[]): ReadonlySet<ChunkKey> {
  const seen = new Set<ChunkKey>()
  const shared = new Set<ChunkKey>()
  for (const step of steps) {
    if (!('run' in step) || step.run.kind !== 'data') continue
    const key = chunkKey(step.run.id)
    if (seen.has(key)) shared.add(key)
    seen.add(key)
  }
  return shared
}

function bytesOf(run: Exclude<ContentRun, { kind: 'hole' }>, plaintexts: ReadonlyMap<ChunkKey, Buffer>): Buffer {
  const bytes = run.kind === 'inline' ? run.bytes : plaintexts.get(chunkKey(run.id))!
  if (bytes.length !== run.length) throw new FormatError('tree-damaged', 'a chunk has another length than its file says')
  return bytes
}
