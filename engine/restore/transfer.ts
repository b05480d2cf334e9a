// From planned files to files on the disk: batches of about 10 MiB are fetched, two at a time, into shared slabs, and each is handed to
// a thread that opens its records and writes its files. Bytes cross the main thread once, from the connection into a slab.

import { chunkKey } from '../model/ids.ts'
import type { PlaintextSource } from '../repository/plaintext-source.ts'
import type { RecordSource } from '../repository/target.ts'
import type { NotSet } from './attributes.ts'
import type { Batch } from './batch.ts'
import { encodeFiles } from './batch-codec.ts'
import { composeBatches } from './compose-batches.ts'
import type { FileQueue } from './file-queue.ts'
import type { Folders } from './folders.ts'
import { idOffset } from './open-records.ts'
import { dataBytesOf, type PlannedFile, type SettledFile } from './planned-file.ts'
import { failureOf } from './restore-report.ts'
import { SplitFile } from './split-file.ts'
import type { TemporaryNames } from './temporary-names.ts'
import type { DataRun, FileOutcome, WriteOutcome } from './worker-protocol.ts'
import { slabBytes, type WritingPool } from './writing-pool.ts'

export interface TransferContext {
  readonly records: RecordSource
  readonly plaintexts: PlaintextSource
  readonly pool: WritingPool
  readonly folders: Folders
  readonly names: TemporaryNames
  readonly signal: AbortSignal
  /** Whether to go on: false when the rest would only fail in the same way. */
  goesOn(): boolean
  onReceived(bytes: number): void
  /** Bytes of a large file that are in place; less than nothing once the file as a whole counts. */
  onPiece(bytes: number): void
  onSettled(file: PlannedFile, settled: SettledFile, notSet: readonly NotSet[]): void
}

const fetchesAtOnce = 2
const copiesAtOnce = 4

export class Transfer {
  private readonly context: TransferContext
  private readonly underWay = new Set<Promise<void>>()
  private readonly copying = new Set<Promise<void>>()
  private readonly splits = new Set<SplitFile>()

  constructor(context: TransferContext) {
    this.context = context
  }

  /** Until the queue is closed and empty and all of it is settled. Throws what the source of records throws. */
  async run(queue: FileQueue): Promise<void> {
    const batches = composeBatches(queue, {
      plaintexts: this.context.plaintexts,
      beginSplit: (file) => this.beginSplit(file),
      copy: (split, from, runs) => this.copy(split, from, runs),
    })
    const fetch = () => this.fetchBatches(batches).finally(() => queue.stop())
    const fetches = await Promise.allSettled(Array.from({ length: fetchesAtOnce }, fetch))
    const writes = await Promise.allSettled([...this.underWay, ...this.copying])
    for (const split of this.splits) if (!split.isSettled) split.abandon()
    for (const result of [...fetches, ...writes]) if (result.status === 'rejected') throw result.reason
  }

  private async fetchBatches(batches: AsyncGenerator<Batch, undefined>): Promise<void> {
    const { pool, signal } = this.context
    for await (const batch of batches) {
      if (!this.context.goesOn()) return
      signal.throwIfAborted()
      const slab = await pool.takeSlab()
      try {
        const offsets = await this.receive(batch, slab)
        this.track(this.underWay, this.write(batch, slab, offsets))
      } catch (error) {
        pool.giveSlab(slab)
        throw error
      }
    }
  }

  /** Puts the records of a batch into a slab, one behind the other; returns where each begins. */
  private async receive(batch: Batch, slab: number): Promise<Uint32Array<ArrayBuffer>> {
    const { records, pool, signal } = this.context
    const bytes = pool.slabs[slab]!
    const offsets: number[] = []
    const bounds = new Map(batch.bounds)
    let end = 0
    if (batch.ids.length === 0) return Uint32Array.from(offsets)
    for await (const record of records.readRecords(batch.ids, signal)) {
      this.context.onReceived(record.length)
      const key = chunkKey(record.subarray(idOffset))
      // Not asked for, given before, or longer than it can be: whoever waits for it will miss it.
      if (record.length > (bounds.get(key) ?? 0) || end + record.length > slabBytes) continue
      bounds.delete(key)
      bytes.set(record, end)
      offsets.push(end)
      end += record.length
    }
    return Uint32Array.from(offsets)
  }

  private async write(batch: Batch, slab: number, offsets: Uint32Array<ArrayBuffer>): Promise<void> {
    const { pool } = this.context
    const pieces = batch.pieces.filter((piece) => !piece.split.failure)
    const files = encodeFiles(batch.groups)
    const message = {
      kind: 'write',
      slab,
      offsets,
      files,
      pieces: pieces.map(({ split, runs }) => ({ fd: split.fd, runs })),
    } as const
    try {
      this.report(batch, await pool.ask(message, [offsets.buffer, files.bytes.buffer]), pieces)
    } finally {
      pool.giveSlab(slab)
    }
  }

  private report(batch: Batch, outcome: WriteOutcome, written: Batch['pieces']): void {
    const { context } = this
    const unusual = new Map<number, FileOutcome>(outcome.files.map((file) => [file.index, file]))
    for (const [index, file] of batch.groups.flat().entries()) context.onSettled(file, ...settledBy(file, unusual.get(index)))
    const failures = new Map(outcome.pieces.map((piece) => [written[piece.index]!, piece.failure]))
    for (const piece of batch.pieces) {
      if (!failures.has(piece)) this.countPiece(piece.split, piece.bytes)
      piece.split.endPiece(failures.get(piece))
    }
  }

  private beginSplit(file: PlannedFile): SplitFile {
    const split = new SplitFile(file, {
      ...{ folders: this.context.folders, names: this.context.names },
      onSettled: (settledFile, settled, notSet) => {
        this.splits.delete(split)
        this.context.onPiece(-split.bytesDone)
        this.context.onSettled(settledFile, settled, notSet)
      },
    })
    this.splits.add(split)
    return split
  }

  private countPiece(split: SplitFile, bytes: number): void {
    split.bytesDone += bytes
    this.context.onPiece(bytes)
  }

  private async copy(split: SplitFile, from: number, runs: readonly DataRun[]): Promise<void> {
    if (split.failure) return
    split.beginPiece()
    const copying = this.context.pool.ask({ kind: 'copy', from, to: split.fd, runs }).then(
      ({ failure }) => {
        if (!failure)
          this.countPiece(
            split,
            runs.reduce((sum, run) => sum + run.length, 0),
          )
        split.endPiece(failure)
      },
      (error: unknown) => {
        split.endPiece(failureOf(error))
        throw error
      },
    )
    this.track(this.copying, copying)
    if (this.copying.size >= copiesAtOnce) await Promise.race(this.copying)
  }

  /** Failures stay in the set, for `run` to throw. */
  private track(set: Set<Promise<void>>, work: Promise<void>): void {
    set.add(work)
    work.then(
      () => set.delete(work),
      () => undefined,
    )
  }
}

function settledBy(file: PlannedFile, outcome: FileOutcome | undefined): [SettledFile, readonly NotSet[]] {
  switch (outcome?.kind) {
    case undefined:
      return [{ kind: 'written', touched: undefined, dataBytes: dataBytesOf(file.entry) }, []]
    case 'noted':
      return [{ kind: 'written', touched: outcome.touched, dataBytes: dataBytesOf(file.entry) }, outcome.notSet]
    case 'taken':
      return [{ kind: 'taken' }, []]
    case 'failed':
      return [{ kind: 'failed', failure: outcome.failure }, []]
  }
}
