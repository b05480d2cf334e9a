// What the packs of a plain-file repository hold, learnt from their trailers when the repository is opened. A pack whose trailer is
// damaged still gives what its records say in place, for restores; nothing of it counts as stored, so the next backup sends it again.

import type { PackEntry, PackIndex } from '../format/pack.ts'
import { salvageRecords } from '../format/salvage-records.ts'
import { FormatError, StorageError } from '../model/errors.ts'
import type { ChunkId, PackId, RepositoryUid } from '../model/ids.ts'
import { packMaxBytes } from '../model/limits.ts'
import type { Storage, StoredFile } from '../storage/storage.ts'
import { ChunkIndex, type ChunkLocation } from './chunk-index.ts'
import { packFileName, packFolder, packOfFileName, readPackFileIndex, twinPackFolder } from './pack-files.ts'

/** Where a copy of a record lies. */
export interface RecordPlace {
  readonly file: string
  readonly offset: number
  readonly length: number
}

const readsAtOnce = 8

export class PackCatalog {
  /** Records of whole packs. */
  readonly stored = new ChunkIndex()
  private readonly salvaged = new ChunkIndex()

  /** Reads the trailers of all packs. */
  static async read(storage: Storage, uid: RepositoryUid): Promise<PackCatalog> {
    const catalog = new PackCatalog()
    const twins = new Map<PackId, StoredFile>()
    for await (const file of storage.list(twinPackFolder)) {
      const pack = packOfFileName(file.name)
      if (pack) twins.set(pack, file)
    }
    await inParallel(storage.list(packFolder), async (file) => {
      const pack = packOfFileName(file.name)
      if (!pack) return
      const twin = twins.get(pack)
      twins.delete(pack)
      await catalog.addFile(storage, uid, pack, twin ? [file, twin] : [file])
    })
    await inParallel(twins, async ([pack, twin]) => await catalog.addFile(storage, uid, pack, [twin]))
    return catalog
  }

  addPack(pack: PackId, index: PackIndex): void {
    this.stored.addPack(pack, index.kind, index.entries)
  }

  /** Every place a record may be read from, the best first. */
  placesOf(id: ChunkId): readonly RecordPlace[] {
    const places = this.stored.findAll(id).flatMap(placesOfLocation)
    return places.length > 1 || this.salvaged.size === 0
      ? places
      : [...places, ...this.salvaged.findAll(id).flatMap(placesOfLocation)]
  }

  private async addFile(storage: Storage, uid: RepositoryUid, pack: PackId, copies: readonly StoredFile[]): Promise<void> {
    for (const copy of copies) {
      const index = await tryIndex(storage, copy, uid)
      if (index) {
        this.addPack(pack, index)
        return
      }
    }
    await this.salvage(storage, pack, copies)
  }

  private async salvage(storage: Storage, pack: PackId, copies: readonly StoredFile[]): Promise<void> {
    const byOffset = new Map<number, PackEntry>()
    for (const copy of copies) {
      if (copy.sizeBytes > packMaxBytes) continue
      const bytes = await unlessUnreadable(storage.read(copy.name))
      for (const entry of bytes ? salvageRecords(bytes) : []) byOffset.set(entry.offset, entry)
    }
    const kind = copies.some((copy) => copy.name.startsWith(twinPackFolder)) ? 'tree' : 'data'
    this.salvaged.addPack(pack, kind, [...byOffset.values()])
  }
}

async function tryIndex(storage: Storage, file: StoredFile, uid: RepositoryUid): Promise<PackIndex | undefined> {
  try {
    return await unlessUnreadable(readPackFileIndex(storage, file, uid))
  } catch (error) {
    if (error instanceof FormatError && error.fault !== 'unsupported-version') return undefined
    throw error
  }
}

/** A file that vanished, or that the disk cannot give any more, is as good as damaged. */
async function unlessUnreadable<T>(reading: Promise<T>): Promise<T | undefined> {
  try {
    return await reading
  } catch (error) {
    if (error instanceof StorageError && (error.fault === 'absent' || error.fault === 'broken')) return undefined
    throw error
  }
}

function placesOfLocation({ pack, kind, offset, length }: ChunkLocation): readonly RecordPlace[] {
  const place = { file: packFileName(pack), offset, length }
  return kind === 'tree' ? [place, { ...place, file: packFileName(pack, twinPackFolder) }] : [place]
}

async function inParallel<T>(items: Iterable<T> | AsyncIterable<T>, work: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>()
  for await (const item of items) {
    const task = work(item).finally(() => running.delete(task))
    running.add(task)
    task.catch(() => undefined) // met below
    if (running.size >= readsAtOnce) await Promise.race(running)
  }
  await Promise.all(running)
}
