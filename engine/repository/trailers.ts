// The children of tree and list records, by the refs that the trailers of their packs repeat: without keys, a whole pack at a time, the
// last packs kept.

import { FormatError } from '../model/errors.ts'
import { type ChunkId, type ChunkKey, chunkKey, type PackId, type RepositoryUid } from '../model/ids.ts'
import type { Storage } from '../storage/storage.ts'
import { packFileName, readPackFileIndex, twinPackFolder } from './pack-files.ts'

const trailersKept = 32

export type Children = ReadonlyMap<ChunkKey, readonly ChunkId[]>

export class Trailers {
  private readonly storage: Storage
  private readonly uid: RepositoryUid
  private readonly kept = new Map<PackId, Children>()

  constructor(storage: Storage, uid: RepositoryUid) {
    this.storage = storage
    this.uid = uid
  }

  /** Of every record in a tree pack. @throws FormatError when neither of its copies can say */
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
