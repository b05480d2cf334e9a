// Contents by id, opened and proved: what browsing needs, and all that it needs. Whoever has a better way (a pool of threads) gives
// an object of the same shape.

import { deriveKeys, type RepositoryKeys, type RepositorySecrets } from '../crypto/keys.ts'
import { readHeader } from '../format/record-header.ts'
import { MissingChunksError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkIdOfKey, chunkKey } from '../model/ids.ts'
import { openRecord } from './record.ts'
import { type RecordSource, recordsPerCallMax } from './target.ts'

export interface PlaintextSource {
  /**
   * The plaintext of every id, by `chunkKey`. Memory is the caller's choice: it asks for as much as it can hold.
   * @throws FormatError when a record is damaged, MissingChunksError when one is nowhere
   */
  readPlaintexts(ids: readonly ChunkId[]): Promise<ReadonlyMap<ChunkKey, Buffer>>
  /**
   * Told of what is used up: a source that made a buffer for this caller alone may take its memory back at once. Only the very
   * buffers that it gave are; views of them are not.
   */
  release?(bytes: Buffer): void
  /** Which of these are known to be lost, found out without reading those that are not. What it does not name may be lost all the same. */
  findLost?(ids: readonly ChunkId[]): Promise<readonly ChunkId[]>
}

/** Every id asked for is in one of the two. */
export interface GatheredPlaintexts {
  readonly opened: ReadonlyMap<ChunkKey, Buffer>
  readonly failures: ReadonlyMap<ChunkKey, Error>
}

export function plaintextSource(records: RecordSource, secrets: RepositorySecrets): PlaintextSource {
  const keys = deriveKeys(secrets)
  return {
    async readPlaintexts(ids) {
      const { opened, failures } = await gatherPlaintexts(records, keys, ids)
      for (const failure of failures.values()) throw failure
      return opened
    },
  }
}

/** The same, where one lost record must not cost the others. Throws only when the source itself fails. */
export async function gatherPlaintexts(
  records: RecordSource,
  keys: RepositoryKeys,
  ids: readonly ChunkId[],
  signal?: AbortSignal,
): Promise<GatheredPlaintexts> {
  const wanted = new Set(ids.map(chunkKey))
  const opened = new Map<ChunkKey, Buffer>()
  const failures = new Map<ChunkKey, Error>()
  const distinct = [...wanted].map(chunkIdOfKey)
  for (let at = 0; at < distinct.length; at += recordsPerCallMax) {
    for await (const record of records.readRecords(distinct.slice(at, at + recordsPerCallMax), signal)) {
      const key = chunkKey(readHeader(record).chunkId)
      if (!wanted.has(key)) continue
      try {
        opened.set(key, openRecord(record, keys).plaintext)
      } catch (error) {
        failures.set(key, error as Error)
      }
    }
  }
  for (const [index, key] of [...wanted].entries()) {
    if (opened.has(key)) failures.delete(key)
    else if (!failures.has(key)) failures.set(key, missing(distinct[index]!))
  }
  return { opened, failures }
}

function missing(id: ChunkId): MissingChunksError {
  return new MissingChunksError([id], `no whole copy of chunk ${id.toString('hex')} was found`)
}
