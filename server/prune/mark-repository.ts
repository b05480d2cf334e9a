/**
 * One mark of one repository: what its versions reach, and how much of each pack that is. Packs are read first, roots after them, the
 * trees' packs last, so that whatever comes meanwhile is either seen or was never a candidate.
 */
import { type ChunkId, Mark, type MarkSource, NodeIndex } from '../../engine/index.ts'
import { mappingStates, type PackNumber } from '../packs/pack.ts'
import type { Id } from '../runtime/ids.ts'
import { listSentBytes, type SentBytes } from '../subscriptions/usage-table.ts'
import { type ListedRoots, listMarkRoots, type RootsOptions } from './mark-roots.ts'
import { findLiveMappings, findTrashHolding, mappingRowBytes, type RootRow, readMappingRow, visitMappings } from './mark-table.ts'
import type { PruneProgress } from './prune.ts'
import { type CollectedPack, findCollected, listCollected } from './prune-table.ts'
import { readTrailer } from './read-trailer.ts'

export interface PackUse {
  liveBytes: number
  /** Mappings that did not open under their id. */
  badRecords: number
}

export interface RepositoryMark {
  readonly mark: Mark
  readonly roots: ListedRoots
  /** As they were before the roots were listed. */
  readonly packs: ReadonlyMap<PackNumber, CollectedPack>
  readonly use: Map<PackNumber, PackUse>
  /** Packs that were put together since, of live records only. */
  readonly made: Set<PackNumber>
  /** What each counted plan's versions reach, and what its devices had sent before. */
  readonly reachable: readonly { readonly subscriptionId: Id<'sub'>; readonly reachableBytes: number }[]
  readonly sent: readonly SentBytes[]
  /** Ids that versions need and no live pack holds whole, by their first bytes. */
  readonly holes: { readonly prefixes: readonly Buffer[]; readonly count: number }
}

export interface MarkOptions extends RootsOptions {
  readonly onProgress: (progress: PruneProgress) => void
  /** Between two steps: waits while backups run hot; throws when the run is cancelled. */
  readonly pace: () => Promise<void>
}

const holesListed = 10_000

export async function markRepository(options: MarkOptions): Promise<RepositoryMark> {
  const { db, repository } = options
  const { repositoryId } = repository
  const packs = new Map((await listCollected(db, repositoryId)).map((pack) => [pack.pack, pack]))
  const allSent = await listSentBytes(db, repositoryId)
  const roots = await listMarkRoots(options)
  const countedPlans = new Set(roots.owners.counted.map(({ subscriptionId }) => subscriptionId))
  const sent = allSent.filter(({ subscriptionId }) => countedPlans.has(subscriptionId))
  const isLive = livePacks(packs)
  const mark = new Mark(await indexNodes(options, isLive))
  await mark.reach(roots.roots, sourceOf(options, packs))
  const counted = await countUse(options, { mark, isLive, roots })
  const count = counted.holes.count + mark.unreadable.length
  return { mark, roots, packs, made: new Set(), sent, ...counted, holes: { ...counted.holes, count } }
}

/** Versions that were committed since the mark began. Packs that they alone need are live from now on. */
export async function markMore(options: MarkOptions, marked: RepositoryMark, versions: readonly RootRow[]): Promise<void> {
  const { db, repository } = options
  const { repositoryId } = repository
  const findNodes = async (ids: readonly ChunkId[]) =>
    (await findLiveMappings(db, repositoryId, ids)).filter(({ isNode }) => isNode)
  const { owners, known } = marked.roots
  const roots = versions.map(({ root, subscriptionId }) => ({ id: root, owners: owners.bitOf(subscriptionId) }))
  const fresh = await marked.mark.reachMore(roots, sourceOf(options, marked.packs), findNodes)
  for (const { pack, length } of await findLiveMappings(db, repositoryId, fresh)) useOf(marked.use, pack).liveBytes += length
  for (const { snapshotId } of versions) known.add(snapshotId)
}

/** The same while the repository is locked: nobody is given way to. */
export function markMoreLocked(options: MarkOptions, marked: RepositoryMark, versions: readonly RootRow[]): Promise<void> {
  return markMore({ ...options, pace: async () => {}, onProgress: () => {} }, marked, versions)
}

/** Packs in trash/ that hold what versions need and no other pack has. */
export async function findNeededTrash(
  { db, repository }: RootsOptions,
  marked: RepositoryMark,
): Promise<ReadonlySet<PackNumber>> {
  const unreadable = marked.mark.unreadable.map((id) => id.subarray(0, 8))
  return findTrashHolding(db, repository.repositoryId, [...marked.holes.prefixes, ...unreadable])
}

/** Mappings that the box does not believe, and packs that are going, hold no tree that could be read. */
async function indexNodes({ db, repository, pace }: MarkOptions, isLive: (pack: PackNumber) => boolean): Promise<NodeIndex> {
  const nodes = new NodeIndex()
  await visitMappings(db, { repositoryId: repository.repositoryId, nodesOnly: true }, async (rows) => {
    for (let at = 0; at < rows.length; at += mappingRowBytes) {
      const { pack, state } = readMappingRow(rows, at)
      if (state !== mappingStates.bad && isLive(pack)) nodes.add(rows.subarray(at, at + 32), pack)
    }
    await pace()
  })
  return nodes
}

async function countUse(
  { db, repository, pace }: MarkOptions,
  { mark, isLive, roots }: Pick<RepositoryMark, 'mark' | 'roots'> & { readonly isLive: (pack: PackNumber) => boolean },
): Promise<Pick<RepositoryMark, 'use' | 'reachable' | 'holes'>> {
  const use = new Map<PackNumber, PackUse>()
  const plans = roots.owners.counted.map((plan) => ({ ...plan, bytes: 0 }))
  await visitMappings(db, { repositoryId: repository.repositoryId, nodesOnly: false }, async (rows) => {
    for (let at = 0; at < rows.length; at += mappingRowBytes) {
      const { pack, length, state } = readMappingRow(rows, at)
      if (!isLive(pack)) continue
      const isBad = state === mappingStates.bad
      if (isBad) useOf(use, pack).badRecords += 1
      const owners = mark.reached.ownersOf(rows, at)
      if (owners === 0) continue
      useOf(use, pack).liveBytes += length
      if (isBad || !mark.reached.see(rows, at)) continue
      for (const plan of plans) if ((owners & plan.bit) !== 0) plan.bytes += length
    }
    await pace()
  })
  const reachable = plans.map(({ subscriptionId, bytes }) => ({ subscriptionId, reachableBytes: bytes }))
  return { use, reachable, holes: mark.reached.unseen(holesListed) }
}

/** Packs that came after they were listed are live too: what they hold is no hole. */
function livePacks(packs: ReadonlyMap<PackNumber, CollectedPack>): (pack: PackNumber) => boolean {
  const newest = [...packs.keys()].reduce((highest, pack) => Math.max(highest, pack), 0)
  return (number) => {
    const pack = packs.get(number)
    return pack === undefined ? number > newest : pack.state === 'stored' || pack.state === 'condemned'
  }
}

function useOf(use: Map<PackNumber, PackUse>, pack: PackNumber): PackUse {
  const known = use.get(pack)
  if (known !== undefined) return known
  const made = { liveBytes: 0, badRecords: 0 }
  use.set(pack, made)
  return made
}

function sourceOf(options: MarkOptions, packs: ReadonlyMap<PackNumber, CollectedPack>): MarkSource {
  const { db, place, repository, pace, onProgress } = options
  const treePacks = [...packs.values()].filter(({ kind }) => kind === 'tree').length
  return {
    readTrailer: async (number) => {
      const pack = packs.get(number) ?? (await findCollected(db, [number]))[0]
      if (pack === undefined) return undefined
      return readTrailer([place.packFile(pack.packId), place.twinPackFile(pack.packId)], repository.uid)
    },
    onStep: async ({ trailersRead }) => {
      onProgress({ phase: 'mark', done: trailersRead, total: Math.max(trailersRead, treePacks) })
      await pace()
    },
  }
}
