/** Which bytes to read for some records: pack by pack, in the order of the file, neighbours in one go. Pure. */
import type { ChunkId, ChunkKey, PackId, PackKind } from '../../engine/index.ts'
import type { RecordPlace } from '../packs/pack.ts'

export interface WantedRecord {
  readonly id: ChunkId
  readonly place: RecordPlace
}

/** One read of one file, and the records in it. */
export interface ReadRun {
  readonly packId: PackId
  readonly kind: PackKind
  readonly offset: number
  readonly length: number
  readonly records: readonly WantedRecord[]
}

/** Bytes that are read for nothing when that saves a read. */
const gapMaxBytes = 64 * 1024
/** A run ends here unless a single record is longer. */
export const runMaxBytes = 4 * 1024 ** 2

/** From every id's first place. Ids without one are left out. */
export function planReads(
  ids: readonly ChunkId[],
  places: ReadonlyMap<ChunkKey, readonly RecordPlace[]>,
  keyOf: (id: ChunkId) => ChunkKey,
): readonly ReadRun[] {
  const wanted: WantedRecord[] = []
  for (const id of new Map(ids.map((id) => [keyOf(id), id])).values()) {
    const place = places.get(keyOf(id))?.[0]
    if (place !== undefined) wanted.push({ id, place })
  }
  wanted.sort((a, b) => a.place.pack - b.place.pack || a.place.offset - b.place.offset)
  return mergeNeighbours(wanted)
}

function mergeNeighbours(wanted: readonly WantedRecord[]): readonly ReadRun[] {
  const runs: { packId: PackId; kind: PackKind; offset: number; length: number; records: WantedRecord[] }[] = []
  for (const record of wanted) {
    const { packId, kind, offset, length } = record.place
    const last = runs.at(-1)
    const end = offset + length
    if (last?.packId === packId && offset - (last.offset + last.length) <= gapMaxBytes && end - last.offset <= runMaxBytes) {
      last.length = end - last.offset
      last.records.push(record)
    } else {
      runs.push({ packId, kind, offset, length, records: [record] })
    }
  }
  return runs
}
