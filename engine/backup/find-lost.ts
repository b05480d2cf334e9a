// When the target may have lost something (its epoch rose, or the parent is gone), the cache is believed again only after every id
// in it was asked for.

import { childIds } from '../format/tree-entry.ts'
import { type ChunkId, type ChunkKey, chunkIdBytes, chunkKey } from '../model/ids.ts'
import { decodeEntry } from '../repository/encode-entry.ts'
import { type BackupSession, haveIdsPerCallMax } from '../repository/target.ts'
import type { OpenCache } from './cache-files.ts'
import { CacheReader } from './cache-reader.ts'

/** The ids in the cache that the target does not hold. */
export async function findLost(cache: OpenCache, session: BackupSession): Promise<ChunkKey[]> {
  const lost: ChunkKey[] = []
  let batch: ChunkId[] = []
  const ask = async () => {
    const ids = batch
    batch = []
    const has = await session.have(ids)
    ids.forEach((id, index) => {
      if (!has[index]) lost.push(chunkKey(id))
    })
  }
  for (const id of cachedIds(cache)) {
    batch.push(id)
    if (batch.length === haveIdsPerCallMax) await ask()
  }
  if (batch.length > 0) await ask()
  return lost
}

function* cachedIds(cache: OpenCache): Generator<ChunkId> {
  for (let at = 0; at < cache.treeIds.length; at += chunkIdBytes) yield cache.treeIds.subarray(at, at + chunkIdBytes) as ChunkId
  const reader = new CacheReader(cache.bodyPath)
  try {
    for (let token = reader.peek(); token.kind !== 'end'; reader.next(), token = reader.peek()) {
      if (token.kind === 'entry') yield* childIds(decodeEntry(token.encoded))
    }
  } finally {
    reader.close()
  }
}
