/**
 * The filters that agents load before they ask for ids: one per repository, built from the table when first wanted, then kept up with
 * every pack. A filter may say yes to a stranger, never no to a member; it promises nothing.
 */
import { addToFilter, createFilter, type IdFilter, type PackEntry } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import { countChunks, visitIdPrefixes } from './chunks-table.ts'

export interface IdFilters {
  /** Undefined when the repository holds no chunk. */
  readonly find: (repositoryId: RepositoryId) => Promise<CountedFilter | undefined>
  /** Call after the rows are committed. */
  readonly add: (repositoryId: RepositoryId, entries: readonly PackEntry[]) => void
  /** Forgets a filter: ids went away, or came by another way. */
  readonly drop: (repositoryId: RepositoryId) => void
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

  const build = async (repositoryId: RepositoryId, progress: Building): Promise<Kept> => {
    const count = await countChunks(database.kysely, repositoryId)
    const capacity = Math.ceil(count * growth) + spareIds
    const made: Kept = { filter: createFilter(capacity), capacity, ids: 0 }
    await visitIdPrefixes(database.kysely, repositoryId, (ids, bytesPerId) => {
      for (let at = 0; at < ids.length; at += bytesPerId) addToFilter(made.filter, ids.subarray(at, at + bytesPerId))
      made.ids += ids.length / bytesPerId
    })
    // Packs that were committed behind the reader's back.
    for (const id of progress.arrived) addToFilter(made.filter, id)
    made.ids += progress.arrived.length
    return made
  }

  const findOrBuild = async (repositoryId: RepositoryId): Promise<Kept> => {
    const known = kept.get(repositoryId)
    if (known !== undefined && known.ids <= known.capacity) return known
    const running = building.get(repositoryId)
    if (running !== undefined) return running.result
    const progress: Building = { arrived: [], result: Promise.reject(new Error('not begun')) }
    progress.result.catch(() => {})
    progress.result = build(repositoryId, progress).finally(() => building.delete(repositoryId))
    building.set(repositoryId, progress)
    return progress.result
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

  return {
    find: async (repositoryId) => {
      const filter = await findOrBuild(repositoryId)
      keep(repositoryId, filter)
      return filter.ids === 0 ? undefined : filter
    },
    add: (repositoryId, entries) => {
      const ids = entries.map(({ header }) => header.chunkId)
      building.get(repositoryId)?.arrived.push(...ids)
      const known = kept.get(repositoryId)
      if (known === undefined) return
      for (const id of ids) addToFilter(known.filter, id)
      known.ids += ids.length
    },
    drop: (repositoryId) => {
      kept.delete(repositoryId)
    },
  }
}

interface Building {
  readonly arrived: Buffer[]
  result: Promise<Kept>
}
