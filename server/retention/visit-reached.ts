/**
 * Whose versions reach what, in one walk: every version is somebody's (a bit), and each record is shown once with the bits of all that
 * need it. Without keys, the way prune marks.
 */
import { setImmediate as yieldToOthers } from 'node:timers/promises'
import { Mark, NodeIndex, type SnapshotId } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { mappingStates, type PackNumber } from '../packs/pack.ts'
import { listRoots, mappingRowBytes, readMappingRow, visitMappings } from '../prune/mark-table.ts'
import { type CollectedPack, listCollected } from '../prune/prune-table.ts'
import { readTrailer } from '../prune/read-trailer.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'

export interface OwnersAsked {
  readonly db: Queryable
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly signal: AbortSignal
  /** Bits 0 to 30; at least one. */
  readonly ownerOf: (version: SnapshotId) => number
}

export type CollectedPacks = ReadonlyMap<PackNumber, CollectedPack>

export interface ReachedRecord {
  readonly owners: number
  readonly pack: PackNumber
  readonly lengthBytes: number
}

/** Undefined where a folder's names cannot be told: then nobody knows what is needed. */
export async function visitReached(
  asked: OwnersAsked,
  visit: (record: ReachedRecord) => void,
): Promise<CollectedPacks | undefined> {
  const { db, repository, place, ownerOf, signal } = asked
  const { repositoryId } = repository
  const step = async () => {
    await yieldToOthers()
    signal.throwIfAborted()
  }
  const live = (await listCollected(db, repositoryId)).filter(({ state }) => state === 'stored' || state === 'condemned')
  const packs = new Map(live.map((pack) => [pack.pack, pack]))
  const roots = (await listRoots(db, repositoryId)).map(({ snapshotId, root }) => ({ id: root, owners: ownerOf(snapshotId) }))
  const mark = new Mark(await indexNodes(asked, packs, step))
  const readPack = async (number: PackNumber) => {
    const pack = packs.get(number)
    return pack && readTrailer([place.packFile(pack.packId), place.twinPackFile(pack.packId)], repository.uid)
  }
  await mark.reach(roots, { readTrailer: readPack, onStep: step })
  if (mark.unreadable.length > 0) return undefined
  await visitMappings(db, { repositoryId, nodesOnly: false }, async (rows) => {
    for (let at = 0; at < rows.length; at += mappingRowBytes) {
      const { pack, length: lengthBytes } = readMappingRow(rows, at)
      const owners = packs.has(pack) ? mark.reached.ownersOf(rows, at) : 0
      if (owners !== 0) visit({ owners, pack, lengthBytes })
    }
    await step()
  })
  return packs
}

async function indexNodes({ db, repository }: OwnersAsked, packs: CollectedPacks, step: () => Promise<void>): Promise<NodeIndex> {
  const nodes = new NodeIndex()
  await visitMappings(db, { repositoryId: repository.repositoryId, nodesOnly: true }, async (rows) => {
    for (let at = 0; at < rows.length; at += mappingRowBytes) {
      const { pack, state } = readMappingRow(rows, at)
      if (state !== mappingStates.bad && packs.has(pack)) nodes.add(rows.subarray(at, at + 32), pack)
    }
    await step()
  })
  return nodes
}
