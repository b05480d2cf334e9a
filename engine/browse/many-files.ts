// The bytes of many files, one after another, as an archive wants them. What is small is fetched together with what follows it, so
// that a folder of small files is as quick as one large file; while one batch is being used, the next are on their way. A file that
// cannot be read costs only itself: a small one is known to be whole before it comes by, a large one as far as can be known.

import type { FileEntry, HardlinkEntry } from '../format/tree-entry.ts'
import { FormatError, isLoss, MissingChunksError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import { type ContentRun, contentRuns, directRuns } from '../repository/file-content.ts'
import type { GatheredPlaintexts, PlaintextSource } from '../repository/plaintext-source.ts'
import { gatherEach } from './gather-each.ts'
import { workAhead } from './work-ahead.ts'

/** Something to come by in its turn, with the bytes of a file or without. */
export interface ItemToRead<Item> {
  readonly item: Item
  readonly file: FileEntry | HardlinkEntry | undefined
}

export type FilesEvent<Item> =
  | { readonly kind: 'item'; readonly item: Item }
  /** The next bytes of the last item that was a file; they must not be written to. */
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  /**
   * Bytes of this file are damaged or nowhere. With `hasBegun` it came by as an item, and perhaps some of its bytes: no more of them
   * come. Without, this is all that comes of it.
   */
  | { readonly kind: 'lost'; readonly item: Item; readonly hasBegun: boolean; readonly error: Error }

/** Plaintext of one batch, and bytes of one list of events. A small file's last chunks, or a single one, may be more. */
const batchBytesMax = 2 * 1024 * 1024
/** The first ones are small, so that the first byte comes soon. */
const firstBatchBytes = 128 * 1024
/** A hostile folder may name chunks far longer than it says; this many of the longest are still bearable. */
const batchRunsMax = 64
const batchStepsMax = 1024
/** Beyond the one that is being used. */
const batchesAhead = 3
/** A file up to here is never cut between two batches. */
const smallFileBytes = 1024 * 1024
/** Chunks of a large file that are asked after at a time, before it begins. */
const idsPerQuestion = 1024
const zeros = Buffer.alloc(1024 * 1024)

/** A file on its way. */
interface Passage<Item> {
  readonly item: Item
  /** Once something of it is found lost: nothing more of it is read or given out. */
  failure: Error | undefined
  hasBegun: boolean
  isTold: boolean
}

type Step<Item> =
  | { readonly item: Item; readonly passage: Passage<Item> | undefined }
  | { readonly run: ContentRun; readonly passage: Passage<Item> }

/** @throws what the items throw, and the source where that is no loss */
export async function* readFiles<Item>(
  source: PlaintextSource,
  items: AsyncIterable<ItemToRead<Item>>,
): AsyncGenerator<readonly FilesEvent<Item>[]> {
  const open = async (steps: readonly Step<Item>[]) => {
    const ids = idsOf(steps)
    const gathered = ids.length > 0 ? await gatherEach(source, ids) : nothing
    noteFailures(steps, gathered)
    return { steps, plaintexts: gathered.opened }
  }
  for await (const { steps, plaintexts } of workAhead(batches(source, items), open, batchesAhead))
    yield* eventsOf(steps, plaintexts)
}

const nothing: GatheredPlaintexts = { opened: new Map(), failures: new Map() }

function idsOf(steps: readonly Step<unknown>[]): readonly ChunkId[] {
  const ids = new Map<ChunkKey, ChunkId>()
  for (const step of steps) if ('run' in step && step.run.kind === 'data') ids.set(chunkKey(step.run.id), step.run.id)
  return [...ids.values()]
}

/** Before any of these comes by: a file that lies in one batch is left out as a whole. */
function noteFailures(steps: readonly Step<unknown>[], { opened, failures }: GatheredPlaintexts): void {
  for (const step of steps) {
    if (!('run' in step) || step.run.kind === 'hole') continue
    const { run, passage } = step
    const bytes = run.kind === 'inline' ? run.bytes : opened.get(chunkKey(run.id))
    if (bytes === undefined) passage.failure ??= run.kind === 'data' ? failures.get(chunkKey(run.id)) : undefined
    else if (bytes.length !== run.length)
      passage.failure ??= new FormatError('tree-damaged', 'a chunk has another length than its file says')
  }
}

async function* batches<Item>(
  source: PlaintextSource,
  items: AsyncIterable<ItemToRead<Item>>,
): AsyncGenerator<readonly Step<Item>[]> {
  const batch = new Batch<Item>()
  for await (const { item, file } of items) {
    const passage = file && { item, failure: undefined, hasBegun: false, isTold: false }
    batch.add({ item, passage })
    if (file !== undefined && passage !== undefined) yield* runsOf(source, file, passage, batch)
    if (batch.isFull) yield batch.take()
  }
  if (!batch.isEmpty) yield batch.take()
}

/** Adds them, and yields what becomes full by it. */
async function* runsOf<Item>(
  source: PlaintextSource,
  file: FileEntry | HardlinkEntry,
  passage: Passage<Item>,
  batch: Batch<Item>,
): AsyncGenerator<readonly Step<Item>[]> {
  const { content, size } = file
  // What lies in the entry itself is there at once: no waiting for each of a million small files.
  if (size <= smallFileBytes && content.kind !== 'list') {
    for (const run of directRuns(content, size)) batch.add({ run, passage })
    return
  }
  try {
    await demandKnown(source, file)
    for await (const run of contentRuns(source, file)) {
      // What was read of it meanwhile may have been lost.
      if (passage.failure !== undefined) return
      batch.add({ run, passage })
      if (batch.isFull) yield batch.take()
    }
  } catch (error) {
    if (!isLoss(error)) throw error
    passage.failure ??= error
    // Its end is told where a run of it would stand.
    batch.add({ run: { kind: 'hole', at: 0, length: 0 }, passage })
  }
}

/** A large file's first bytes go out before its last ones are read: what is known to be lost of it is found out before. */
async function demandKnown(source: PlaintextSource, file: FileEntry | HardlinkEntry): Promise<void> {
  if (source.findLost === undefined) return
  let ids: ChunkId[] = []
  const ask = async () => {
    const lost = await source.findLost!(ids)
    if (lost.length > 0) throw new MissingChunksError(lost, `${lost.length} chunks of a file are lost`)
    ids = []
  }
  for await (const run of contentRuns(source, file)) {
    if (run.kind === 'data') ids.push(run.id)
    if (ids.length === idsPerQuestion) await ask()
  }
  if (ids.length > 0) await ask()
}

class Batch<Item> {
  private steps: Step<Item>[] = []
  private bytes = 0
  private runs = 0
  private bytesMax = firstBatchBytes

  /** A small file is added whole, so a batch may be longer by one. */
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
  let heldBytes = 0
  const shared = sharedIds(steps)
  for (const step of steps) {
    const { passage } = step
    if (passage?.failure !== undefined) {
      if (!passage.isTold) events.push({ kind: 'lost', item: passage.item, hasBegun: passage.hasBegun, error: passage.failure })
      passage.isTold = true
    } else if ('item' in step) {
      if (passage !== undefined) passage.hasBegun = true
      events.push({ kind: 'item', item: step.item })
    } else {
      for (const bytes of bytesOf(step.run, plaintexts, shared)) {
        events.push({ kind: 'bytes', bytes })
        heldBytes += bytes.length
        // Whoever takes them works through a list in one go, and others wait.
        if (heldBytes < batchBytesMax) continue
        yield events
        events = []
        heldBytes = 0
      }
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

function* bytesOf(run: ContentRun, plaintexts: ReadonlyMap<ChunkKey, Buffer>, shared: ReadonlySet<ChunkKey>): Generator<Buffer> {
  if (run.kind === 'inline') yield run.bytes
  if (run.kind === 'data') {
    const bytes = plaintexts.get(chunkKey(run.id))!
    // Whoever is done with a view of it takes nothing away from the others.
    yield shared.has(chunkKey(run.id)) ? bytes.subarray() : bytes
  }
  if (run.kind !== 'hole') return
  for (let at = 0; at < run.length; at += zeros.length) yield zeros.subarray(0, Math.min(zeros.length, run.length - at))
}
