// Whether everything that a version needs is there: from its root down by the plain child ids that trailers repeat, without keys.

import { type ChunkId, type ChunkKey, chunkIdOfKey, chunkKey, type PackId, type RepositoryUid } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'
import type { ChunkIndex } from './chunk-index.ts'
import { Trailers } from './trailers.ts'

export interface Closure {
  readonly missing: readonly ChunkId[]
  readonly isComplete: boolean
}

/** Ids in one answer; the rest is asked for again. */
const missingMax = 4_096

export async function findMissing(storage: Storage, uid: RepositoryUid, stored: ChunkIndex, root: ChunkId): Promise<Closure> {
  const trailers = new Trailers(storage, uid)
  const missing: ChunkId[] = []
  const seen = new Set<ChunkKey>([chunkKey(root)])
  let level: ChunkKey[] = [chunkKey(root)]
  while (level.length > 0) {
    const byPack = new Map<PackId, ChunkKey[]>()
    for (const key of level) {
      const id = chunkIdOfKey(key)
      const location = stored.find(id)
      if (!location) missing.push(id)
      else if (location.kind === 'tree') addTo(byPack, location.pack, key)
    }
    if (missing.length > missingMax) return { missing: missing.slice(0, missingMax), isComplete: false }
    level = []
    for (const [pack, keys] of byPack) {
      const children = await trailers.childrenIn(pack)
      for (const child of keys.flatMap((key) => children.get(key) ?? [])) {
        const key = chunkKey(child)
        if (seen.has(key) || stored.find(child)?.kind === 'data') continue
        seen.add(key)
        level.push(key)
      }
    }
  }
  return { missing, isComplete: true }
}

function addTo<K, V>(lists: Map<K, V[]>, key: K, value: V): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
