// Reads records from packs in few, large reads: by file, in order of place, neighbours together. A record that is not whole is
// looked for in the next place that holds it; one that is whole nowhere is left out.

import { isBodyWhole, readHeader } from '../format/record-header.ts'
import { FormatError, StorageError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkIdOfKey, chunkKey } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'
import type { RecordPlace } from './pack-catalog.ts'

interface WantedRecord {
  readonly id: ChunkId
  readonly place: RecordPlace
}

/** One read of a file. */
interface Span {
  readonly file: string
  readonly start: number
  readonly records: readonly WantedRecord[]
  readonly end: number
}

const spanBytesMax = 8 * 1024 * 1024
/** Reading this much that nobody wants is cheaper than one more question. */
const gapBytesMax = 64 * 1024

export async function* readFromPlaces(
  storage: Storage,
  ids: readonly ChunkId[],
  placesOf: (id: ChunkId) => readonly RecordPlace[],
  signal?: AbortSignal,
): AsyncGenerator<Buffer> {
  let left = new Map<ChunkKey, readonly RecordPlace[]>(ids.map((id) => [chunkKey(id), placesOf(id)]))
  while (left.size > 0) {
    const wanted = [...left].flatMap(([key, [place]]) => (place ? [{ id: chunkIdOfKey(key), place }] : []))
    const found = new Set<ChunkKey>()
    for (const span of spansOf(wanted)) {
      signal?.throwIfAborted()
      for (const [id, record] of await readSpan(storage, span)) {
        found.add(chunkKey(id))
        yield record
      }
    }
    left = new Map([...left].flatMap(([key, places]) => (found.has(key) || places.length < 2 ? [] : [[key, places.slice(1)]])))
  }
}

function spansOf(wanted: WantedRecord[]): readonly Span[] {
  wanted.sort((a, b) => (a.place.file === b.place.file ? a.place.offset - b.place.offset : a.place.file < b.place.file ? -1 : 1))
  const spans: Span[] = []
  let records: WantedRecord[] = []
  let start = 0
  let end = 0
  const close = () => {
    if (records.length > 0) spans.push({ file: records[0]!.place.file, start, end, records })
    records = []
  }
  for (const record of wanted) {
    const { file, offset, length } = record.place
    const isNeighbour = records[0]?.place.file === file && offset <= end + gapBytesMax && offset + length - start <= spanBytesMax
    if (!isNeighbour) close()
    if (records.length === 0) start = offset
    records.push(record)
    end = offset + length
  }
  close()
  return spans
}

/** The whole records of a span. A place on the disk that cannot be read costs only the record that lies there. */
async function readSpan(storage: Storage, span: Span): Promise<readonly (readonly [ChunkId, Buffer])[]> {
  try {
    const bytes = await storage.read(span.file, { start: span.start, length: span.end - span.start })
    return span.records.flatMap(({ id, place }) => {
      const record = bytes.subarray(place.offset - span.start, place.offset - span.start + place.length)
      return isWhole(record, id) ? [[id, record] as const] : []
    })
  } catch (error) {
    if (!(error instanceof StorageError) || (error.fault !== 'absent' && error.fault !== 'broken')) throw error
    if (error.fault === 'absent' || span.records.length === 1) return []
  }
  const single = span.records.map((record) => spansOf([record])[0]!)
  const parts = []
  for (const part of single) parts.push(...(await readSpan(storage, part)))
  return parts
}

function isWhole(record: Buffer, id: ChunkId): boolean {
  try {
    const header = readHeader(record)
    return header.chunkId.equals(id) && isBodyWhole(record, header)
  } catch (error) {
    if (error instanceof FormatError) return false
    throw error
  }
}
