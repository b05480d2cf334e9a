// All packs, in both folders: their indexes, and with `isDataRead` every byte of them.

import type { PackIndex } from '../format/pack.ts'
import { FormatError, StorageError } from '../model/errors.ts'
import type { ChunkId, PackId, RepositoryUid } from '../model/ids.ts'
import { packMaxBytes } from '../model/limits.ts'
import { ChunkIndex, type ChunkLocation } from '../repository/chunk-index.ts'
import { packFileName, packFolder, packOfFileName, readPackFileIndex, twinPackFolder } from '../repository/pack-files.ts'
import type { Storage, StoredFile } from '../storage/storage.ts'
import type { CheckPool } from './check-pool.ts'
import type { BoundedList, CheckFinding } from './check-report.ts'

/** Where whole copies lie, as far as the check looked. */
export class WholeRecords {
  readonly main = new ChunkIndex()
  readonly twins = new ChunkIndex()

  find(id: ChunkId): ChunkLocation | undefined {
    return this.main.find(id) ?? this.twins.find(id)
  }
}

export interface PacksCheck {
  readonly packs: number
  readonly packBytes: number
  readonly records: number
  readonly whole: WholeRecords
}

export interface PacksCheckContext {
  readonly storage: Storage
  readonly uid: RepositoryUid
  /** Reads every byte; without it only heads and tails are read. */
  readonly pool: CheckPool | undefined
  readonly findings: BoundedList<CheckFinding>
  readonly onPack: (bytes: number) => void
  readonly signal: AbortSignal | undefined
}

const checkedAtOnce = 4

export async function checkPacks(context: PacksCheckContext): Promise<PacksCheck> {
  const whole = new WholeRecords()
  const counts = { packs: 0, packBytes: 0, records: 0 }
  const treePacks = new Set<PackId>()
  const twins = new Set<PackId>()
  const running = new Set<Promise<void>>()
  for (const folder of [packFolder, twinPackFolder] as const) {
    for await (const file of context.storage.list(folder)) {
      context.signal?.throwIfAborted()
      const pack = packOfFileName(file.name)
      if (!pack) continue
      counts.packs++
      counts.packBytes += file.sizeBytes
      const work = checkPack(context, file, pack).then((index) => {
        context.onPack(file.sizeBytes)
        if (!index) return
        counts.records += index.entries.length
        whole[folder === packFolder ? 'main' : 'twins'].addPack(pack, index.kind, index.entries)
        if (folder === twinPackFolder) twins.add(pack)
        else if (index.kind === 'tree') treePacks.add(pack)
      })
      const tracked = work.finally(() => running.delete(tracked))
      tracked.catch(() => undefined) // met below
      running.add(tracked)
      if (running.size >= checkedAtOnce) await Promise.race(running)
    }
    await Promise.all(running)
  }
  for (const pack of treePacks) {
    if (!twins.has(pack))
      context.findings.add({
        fault: 'twin-missing',
        file: packFileName(pack, twinPackFolder),
        detail: 'the second copy is not there, or not whole',
      })
  }
  return { ...counts, whole }
}

/** The index of what is whole in a pack; undefined when nothing can be said of it. */
async function checkPack(context: PacksCheckContext, file: StoredFile, pack: PackId): Promise<PackIndex | undefined> {
  const { storage, uid, pool, findings } = context
  try {
    if (file.sizeBytes > packMaxBytes) throw new FormatError('pack-damaged', `a pack of ${file.sizeBytes} bytes`)
    const index = await readPackFileIndex(storage, file, uid)
    if (!pool) return index
    const { fault, damaged } = await pool.inspect(pack, () => storage.read(file.name))
    if (fault !== undefined) findings.add({ fault: 'pack-damaged', file: file.name, detail: fault })
    for (const { offset, detail } of damaged) findings.add({ fault: 'record-damaged', file: file.name, offset, detail })
    const bad = new Set(damaged.map(({ offset }) => offset))
    return { ...index, entries: index.entries.filter((entry) => !bad.has(entry.offset)) }
  } catch (error) {
    if (error instanceof FormatError) findings.add({ fault: 'pack-damaged', file: file.name, detail: error.message })
    else if (error instanceof StorageError && (error.fault === 'broken' || error.fault === 'absent'))
      findings.add({ fault: 'pack-unreadable', file: file.name, detail: error.message })
    else throw error
    return undefined
  }
}
