/**
 * Records of many packs in a few large arrays, and their order by id: the table of chunks is filled in the order of its key, a run of
 * up to a million rows at a time, so that a table larger than the database's memory is not written to at random. Pure.
 */
import { chunkIdBytes } from '../../engine/index.ts'
import type { PackNumber } from '../packs/pack.ts'
import type { TrailersOutput } from './read-trailers.ts'

/** About 50 MB. */
export const maxRecordsOfRun = 1_000_000
/** A place for each beginning of an id, two bytes long. */
const beginnings = 65_536

export interface ChunkColumns {
  readonly chunkId: Buffer
  readonly pack: PackNumber
  readonly offset: number
  readonly length: number
  readonly type: number
}

export class RecordRun {
  count = 0
  private readonly ids: Buffer
  private readonly packs: Uint32Array
  private readonly offsets: Uint32Array
  private readonly lengths: Uint32Array
  private readonly types: Uint8Array

  constructor(maxRecords = maxRecordsOfRun) {
    this.ids = Buffer.alloc(maxRecords * chunkIdBytes)
    this.packs = new Uint32Array(maxRecords)
    this.offsets = new Uint32Array(maxRecords)
    this.lengths = new Uint32Array(maxRecords)
    this.types = new Uint8Array(maxRecords)
  }

  hasRoomFor(records: number): boolean {
    return this.count + records <= this.packs.length
  }

  /** Records `from` up to `from + records` of what a worker read, which lie in one pack. */
  add(
    read: Omit<TrailersOutput, 'trailers'>,
    range: { readonly from: number; readonly records: number },
    pack: PackNumber,
  ): void {
    const { from, records } = range
    const to = from + records
    this.ids.set(read.ids.subarray(from * chunkIdBytes, to * chunkIdBytes), this.count * chunkIdBytes)
    this.offsets.set(read.offsets.subarray(from, to), this.count)
    this.lengths.set(read.lengths.subarray(from, to), this.count)
    this.types.set(read.types.subarray(from, to), this.count)
    this.packs.fill(pack, this.count, this.count + records)
    this.count += records
  }

  clear(): void {
    this.count = 0
  }

  at(index: number): ChunkColumns {
    return {
      chunkId: this.idAt(index),
      pack: this.packs[index]!,
      offset: this.offsets[index]!,
      length: this.lengths[index]!,
      type: this.types[index]!,
    }
  }

  /** The records' numbers in the order of (id, pack). */
  sorted(): Uint32Array {
    const ends = this.endsOfBeginnings()
    const order = new Uint32Array(this.count)
    const next = Uint32Array.from(ends, (_, beginning) => (beginning === 0 ? 0 : ends[beginning - 1]!))
    for (let index = 0; index < this.count; index += 1) {
      const beginning = this.beginningOf(index)
      order[next[beginning]!++] = index
    }
    for (let beginning = 0, start = 0; beginning < beginnings; start = ends[beginning]!, beginning += 1)
      if (ends[beginning]! - start > 1) order.subarray(start, ends[beginning]!).sort((a, b) => this.compare(a, b))
    return order
  }

  private endsOfBeginnings(): Uint32Array {
    const ends = new Uint32Array(beginnings)
    for (let index = 0; index < this.count; index += 1) ends[this.beginningOf(index)]! += 1
    for (let beginning = 1; beginning < beginnings; beginning += 1) ends[beginning]! += ends[beginning - 1]!
    return ends
  }

  private beginningOf(index: number): number {
    return this.ids.readUInt16BE(index * chunkIdBytes)
  }

  private compare(a: number, b: number): number {
    const order = this.ids.compare(this.ids, b * chunkIdBytes, (b + 1) * chunkIdBytes, a * chunkIdBytes, (a + 1) * chunkIdBytes)
    return order === 0 ? this.packs[a]! - this.packs[b]! : order
  }

  private idAt(index: number): Buffer {
    return this.ids.subarray(index * chunkIdBytes, (index + 1) * chunkIdBytes)
  }
}
