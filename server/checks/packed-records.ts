/** The records of one pack in a few arrays, as they cross from a worker to the main thread: no object for each. */
import { type ChunkId, chunkIdBytes, type PackEntry, parseChunkId } from '../../engine/index.ts'
import { type PlacesSum, PlacesSummer } from './places-sum.ts'

export interface PackedRecords {
  readonly count: number
  /** 32 bytes for each. */
  readonly ids: Uint8Array<ArrayBuffer>
  readonly types: Uint8Array<ArrayBuffer>
  /** 1: nothing was found wrong with it. */
  readonly whole: Uint8Array<ArrayBuffer>
  /** Where each lies in the file, and how long it is. */
  readonly offsets: Uint32Array<ArrayBuffer>
  readonly lengths: Uint32Array<ArrayBuffer>
  readonly refCounts: Uint32Array<ArrayBuffer>
  /** 32 bytes for each ref of each record. */
  readonly refs: Uint8Array<ArrayBuffer>
  readonly sum: PlacesSum
}

export class RecordList {
  private readonly entries: { readonly entry: PackEntry; readonly isWhole: boolean }[] = []
  private readonly sum = new PlacesSummer()

  add(entry: PackEntry, isWhole: boolean): void {
    this.entries.push({ entry, isWhole })
    this.sum.add(entry.header.chunkId, entry)
  }

  finish(): PackedRecords {
    const count = this.entries.length
    const totalRefs = this.entries.reduce((sum, { entry }) => sum + entry.refs.length, 0)
    const packed = {
      count,
      ids: new Uint8Array(count * chunkIdBytes),
      types: new Uint8Array(count),
      whole: new Uint8Array(count),
      offsets: new Uint32Array(count),
      lengths: new Uint32Array(count),
      refCounts: new Uint32Array(count),
      refs: new Uint8Array(totalRefs * chunkIdBytes),
      sum: this.sum.result(),
    }
    let refAt = 0
    for (const [index, { entry, isWhole }] of this.entries.entries()) {
      packed.ids.set(entry.header.chunkId, index * chunkIdBytes)
      packed.types[index] = entry.header.type
      packed.whole[index] = isWhole ? 1 : 0
      packed.offsets[index] = entry.offset
      packed.lengths[index] = entry.length
      packed.refCounts[index] = entry.refs.length
      for (const ref of entry.refs) {
        packed.refs.set(ref, refAt)
        refAt += chunkIdBytes
      }
    }
    return packed
  }
}

/** The id of a record, by its place in the arrays; a view. */
export function packedIdAt({ ids }: PackedRecords, index: number): Uint8Array {
  return ids.subarray(index * chunkIdBytes, (index + 1) * chunkIdBytes)
}

/** The ids of all records that are whole. */
export function wholeIdsOf(records: PackedRecords): readonly ChunkId[] {
  const ids: ChunkId[] = []
  for (let index = 0; index < records.count; index += 1)
    if (records.whole[index] === 1) ids.push(parseChunkId(packedIdAt(records, index)))
  return ids
}
