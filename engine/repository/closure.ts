// Whether everything that a version needs is there: from its root down by the plain child ids that trailers repeat, without keys.

import { FormatError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkIdOfKey, chunkKey, type PackId, type RepositoryUid } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'
import type { ChunkIndex } from './chunk-index.ts'
import { packFileName, readPackFileIndex, twinPackFolder } from './pack-files.ts'

export interface Closure {
  readonly missing: readonly ChunkId[]
  readonly isComplete: boolean
}

/** Ids in one answer; the rest is asked for again. */
const missingMax = 4_096
const trailersKept = 32

type Children = ReadonlyMap<ChunkKey, readonly ChunkId[]>

export async function findMissing(storage: Storage, uid: RepositoryUid, stored: ChunkIndex, root: ChunkId): Promise<Closure> {
  const trailers = new Trailers(storage, uid)
  const missing = new Map<ChunkKey, ChunkId>()
  const seen = new Set<ChunkKey>([chunkKey(root)])
  let level: ChunkKey[] = [chunkKey(root)]
  while (level.length > 0) {
    const byPack = new Map<PackId, ChunkKey[]>()
    for (const key of level) {
      const id = chunkIdOfKey(key)
      const location = stored.find(id)
      if (!location) missing.set(key, id)
      else if (location.kind === 'tree') byPack.set(location.pack, [...(byPack.get(location.pack) ?? []), key])
      if (missing.size > missingMax) return { missing: [...missing.values()].slice(0, missingMax), isComplete: false }
    }
    level = []
    for (const [pack, keys] of byPack) {
      const children = await trailers.childrenIn(pack)
      for (const key of keys) {
        for (const child of children.get(key) ?? []) {
          const childKey = chunkKey(child)
          if (seen.has(childKey)) continue
          const location = stored.find(child)
          if (location?.kind === 'data') continue
          seen.add(childKey)
          level.push(childKey)
        }
      }
    }
  }
  return { missing: [...missing.values()], isComplete: true }
}

/** Refs of the records of tree packs, the last packs kept. */
class Trailers {
  private readonly storage: Storage
  private readonly uid: RepositoryUid
  private readonly kept = new Map<PackId, Children>()

  constructor(storage: Storage, uid: RepositoryUid) {
    this.storage = storage
    this.uid = uid
  }

  async childrenIn(pack: PackId): Promise<Children> {
    const known = this.kept.get(pack)
    if (known) return known
    const index = await this.readTrailer(pack)
    const children = new Map(index.entries.map((entry) => [chunkKey(entry.header.chunkId), entry.refs]))
    this.kept.set(pack, children)
    for (const oldest of this.kept.keys()) {
      if (this.kept.size <= trailersKept) break
      this.kept.delete(oldest)
    }
    return children
  }

  private async readTrailer(pack: PackId) {
    let failure: unknown
    for (const name of [packFileName(pack), packFileName(pack, twinPackFolder)]) {
      const sizeBytes = await this.storage.find(name)
      if (sizeBytes === undefined) continue
      try {
        return await readPackFileIndex(this.storage, { name, sizeBytes }, this.uid)
      } catch (error) {
        if (!(error instanceof FormatError)) throw error
        failure = error
      }
    }
    throw failure ?? new FormatError('pack-damaged', `tree pack ${pack} is no longer there`)
  }
}
