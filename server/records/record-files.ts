/** Reads records out of packs. What is not whole, or not what its place promises, is not given to anyone. */
import { FormatError, isBodyWhole, type RecordHeader, readHeader, recordBytes } from '../../engine/index.ts'
import type { RecordPlace } from '../packs/pack.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { readRange } from '../storage-volumes/direct-file.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'
import type { ReadRun, WantedRecord } from './read-plan.ts'

/** The records of a run, as views of `buffer`, and those that its file does not hold whole. */
export async function readRun(
  place: RepositoryPlace,
  run: ReadRun,
  buffer: Buffer,
): Promise<{ readonly whole: readonly Buffer[]; readonly broken: readonly WantedRecord[] }> {
  const bytes = await readOrNothing(place.packFile(run.packId), {
    offset: run.offset,
    length: run.length,
    buffer,
    isDirect: run.kind === 'data',
  })
  const whole: Buffer[] = []
  const broken: WantedRecord[] = []
  for (const wanted of run.records) {
    const at = wanted.place.offset - run.offset
    const record = bytes.subarray(at, at + wanted.place.length)
    if (isRecord(record, wanted)) whole.push(record)
    else broken.push(wanted)
  }
  return { whole, broken }
}

/** Looks for a record in every place but the first file: the twin of a tree pack, then other packs. */
export async function readElsewhere(
  place: RepositoryPlace,
  wanted: WantedRecord,
  places: readonly RecordPlace[],
): Promise<Buffer | undefined> {
  for (const other of places) {
    const files = other === wanted.place ? [] : [place.packFile(other.packId)]
    if (other.kind === 'tree') files.push(place.twinPackFile(other.packId))
    for (const file of files) {
      const { offset, length } = other
      const record = await readOrNothing(file, { offset, length, buffer: Buffer.allocUnsafe(length), isDirect: false })
      if (isRecord(record, { id: wanted.id, place: other })) return record
    }
  }
  return undefined
}

function isRecord(record: Buffer, { id, place }: WantedRecord): boolean {
  const header = findHeader(record)
  return header !== undefined && recordBytes(header) === place.length && header.chunkId.equals(id) && isBodyWhole(record, header)
}

function findHeader(record: Buffer): RecordHeader | undefined {
  try {
    return readHeader(record)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

const nothing = Buffer.alloc(0)

/** A file that is not there, or that the disk cannot read, is a damaged record, not a failed request. */
async function readOrNothing(path: string, range: Parameters<typeof readRange>[1]): Promise<Buffer> {
  try {
    return await readRange(path, range)
  } catch (error) {
    if (hasCode(error, ['ENOENT', 'EIO', 'EISDIR'])) return nothing
    throw error
  }
}
