// Plaintexts where one lost record must not cost the others, by a source that gives all or nothing.

import { isLoss } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkKey } from '../model/ids.ts'
import type { GatheredPlaintexts, PlaintextSource } from '../repository/plaintext-source.ts'

/** Where one of several is lost, each is asked for by itself. Throws what is no loss. */
export async function gatherEach(source: PlaintextSource, ids: readonly ChunkId[]): Promise<GatheredPlaintexts> {
  try {
    return { opened: await source.readPlaintexts(ids), failures: noFailures }
  } catch (error) {
    if (!isLoss(error)) throw error
    if (ids.length === 1) return { opened: new Map(), failures: new Map([[chunkKey(ids[0]!), error]]) }
  }
  const opened = new Map<ChunkKey, Buffer>()
  const failures = new Map<ChunkKey, Error>()
  for (const id of ids)
    try {
      for (const [key, plaintext] of await source.readPlaintexts([id])) opened.set(key, plaintext)
    } catch (error) {
      if (!isLoss(error)) throw error
      failures.set(chunkKey(id), error)
    }
  return { opened, failures }
}

const noFailures: ReadonlyMap<ChunkKey, Error> = new Map()
