/**
 * The filters that agents load before they ask for ids: one per repository, built from the table when first wanted, then kept up with
 * every pack. A filter may say yes to a stranger, never no to a member; it promises nothing.
 */
import { addToFilter, createFilter, type IdFilter, type PackEntry } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import { visitIdPrefixes } from './chunks-table.ts'
import { sumRecords } from './packs-table.ts'

export interface IdFilters {
  /** Undefined when the repository holds no chunk. */
  readonly find: (repositoryId: RepositoryId) => Promise<CountedFilter | undefined>
  /** Call after the rows are committed. */
  readonly add: (repositoryId: RepositoryId, entries: readonly PackEntry[]) => void
  /** The table was filled behind its back: the filter is built again when it is asked for. */
  readonly forget: (repositoryId: RepositoryId) => void
}

export interface CountedFilter {
  readonly filter: IdFilter
  /** Ids put in so far, repeats counted. */
  readonly ids: number
}

interface Kept {
  readonly filter: IdFilter
  /** More ids than this, and it hits too often: it is built again, larger. */
  readonly capacity: number
  ids: number
}

const growth = 1.25
const spareIds = 16_384
/** About 50 million ids; the one asked for last stays whatever its size. */
const keptMaxBytes = 64 * 1024 ** 2

export function createIdFilters({ database }: { readonly database: Database }): IdFilters {
  /** In order of use, the latest last. */
  const kept = new Map<RepositoryId, Kept>()
  const building = new Map<RepositoryId, Building>()

  const build = async (repositoryId: RepositoryId, arrived: readonly Buffer[]): Promise<Kept> => {
    const count = await sumRecords(database.kysely, repositoryId)
    const capacity = Math.ceil(count * growth) + spareIds
    const made: Kept = { filter: createFilter(capacity), capacity, ids: 0 }
    await visitIdPrefixes(database.kysely, repositoryId, (ids, bytesPerId) => {
      for (let at = 0; at < ids.length; at += bytesPerId) addToFilter(made.filter, ids.subarray(at, at + bytesPerId))
      made.ids += ids.length / bytesPerId
    })
    // Packs that were committed behind the reader's back. From here to `keep` nothing waits, so none is missed.
    for (const id of arrived) addToFilter(made.filter, id)
    made.ids += arrived.length
    building.delete(repositoryId)
    keep(repositoryId, made)
    return made
  }

  const keep = (repositoryId: RepositoryId, filter: Kept) => {
    kept.delete(repositoryId)
    kept.set(repositoryId, filter)
    let bytes = [...kept.values()].reduce((sum, { filter: { words } }) => sum + words.byteLength, 0)
    for (const [id, { filter: oldest }] of kept) {
      if (bytes <= keptMaxBytes || id === repositoryId) break
      kept.delete(id)
      bytes -= oldest.words.byteLength
    }
  }

  const startBuilding = (repositoryId: RepositoryId): Promise<Kept> => {
    const arrived: Buffer[] = []
    const result = build(repositoryId, arrived)
    building.set(repositoryId, { arrived, result })
    result.catch(() => building.delete(repositoryId))
    return result
  }

  return {
    find: async (repositoryId) => {
      const known = kept.get(repositoryId)
      const isRoomy = known !== undefined && known.ids <= known.capacity
      if (isRoomy) keep(repositoryId, known)
      const found = isRoomy ? known : await (building.get(repositoryId)?.result ?? startBuilding(repositoryId))
      return found.ids === 0 ? undefined : found
    },
    add: (repositoryId, entries) => {
      const ids = entries.map(({ header }) => header.chunkId)
      building.get(repositoryId)?.arrived.push(...ids)
      const known = kept.get(repositoryId)
      if (known === undefined) return
      for (const id of ids) addToFilter(known.filter, id)
      known.ids += ids.length
    },
    forget: (repositoryId) => {
      kept.delete(repositoryId)
      const unfinished = building.get(repositoryId)?.result
      unfinished?.then(() => kept.delete(repositoryId)).catch(() => {})
    },
  }
}

interface Building {
  readonly arrived: Buffer[]
  readonly result: Promise<Kept>
}
