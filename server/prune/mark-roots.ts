/**
 * What a mark begins with: every version that has a row, united with every version whose file is on disk (its COMMIT may be on its
 * way, or its row lost), and the versions that running backups compare with, even where they were forgotten meanwhile.
 */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ChunkId,
  FormatError,
  goneSuffix,
  type MarkRoot,
  parseSnapshotFileName,
  readGoneFile,
  readSnapshotFile,
  type SnapshotId,
} from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Id } from '../runtime/ids.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'
import { listHeldParents, listRoots, listSubscriptionsOfDevices, type RootRow } from './mark-table.ts'
import { PruneRefusedError } from './prune.ts'

export interface RootsOptions {
  readonly db: Queryable
  readonly repository: Repository
  readonly place: RepositoryPlace
}

/** Which bit stands for which plan. Those beyond 30 share one, and nobody's have it too: their use is not counted. */
export class Owners {
  private readonly bits = new Map<Id<'sub'>, number>()

  bitOf(subscriptionId: Id<'sub'> | undefined): number {
    if (subscriptionId === undefined) return uncounted
    const known = this.bits.get(subscriptionId)
    if (known !== undefined) return known
    const bit = this.bits.size < countedMax ? 2 ** this.bits.size : uncounted
    this.bits.set(subscriptionId, bit)
    return bit
  }

  /** Plans that have a bit of their own. */
  get counted(): readonly { readonly subscriptionId: Id<'sub'>; readonly bit: number }[] {
    return [...this.bits].filter(([, bit]) => bit !== uncounted).map(([subscriptionId, bit]) => ({ subscriptionId, bit }))
  }
}

const countedMax = 30
const uncounted = 2 ** countedMax

export interface ListedRoots {
  readonly roots: readonly MarkRoot[]
  readonly owners: Owners
  /** Versions with a row, and those that are held without: whatever is not among them later is new. */
  readonly known: Set<SnapshotId>
}

export async function listMarkRoots(options: RootsOptions): Promise<ListedRoots> {
  const { db, repository } = options
  const owners = new Owners()
  for (const subscriptionId of (await listSubscriptionsOfDevices(db, repository.repositoryId)).values())
    owners.bitOf(subscriptionId)
  const rows = await listRoots(db, repository.repositoryId)
  const known = new Set(rows.map(({ snapshotId }) => snapshotId))
  const files = await listFileRoots(options, owners, known)
  const parents = await listForgottenParents(options, known)
  if (known.size > 0 && files.found === 0) throw listingRefused('the folder of versions is empty although versions are stored')
  for (const { snapshotId } of parents) known.add(snapshotId)
  const ofRows = [...rows, ...parents].map(({ root, subscriptionId }) => ({ id: root, owners: owners.bitOf(subscriptionId) }))
  return { roots: [...ofRows, ...files.roots], owners, known }
}

/**
 * Versions committed since, and versions that a backup began to compare with since and that were forgotten again. They are known only
 * when they were marked: a transaction may ask twice.
 */
export async function listNewVersions(options: RootsOptions, listed: ListedRoots): Promise<readonly RootRow[]> {
  const rows = await listRoots(options.db, options.repository.repositoryId)
  const fresh = rows.filter(({ snapshotId }) => !listed.known.has(snapshotId))
  const held = new Set([...listed.known, ...rows.map(({ snapshotId }) => snapshotId)])
  return [...fresh, ...(await listForgottenParents(options, held))]
}

async function listFileRoots(
  { db, repository, place }: RootsOptions,
  owners: Owners,
  known: ReadonlySet<SnapshotId>,
): Promise<{ readonly roots: readonly MarkRoot[]; readonly found: number }> {
  const subscriptions = await listSubscriptionsOfDevices(db, repository.repositoryId)
  const roots: MarkRoot[] = []
  let found = 0
  for (const folder of await listFolder(place.snapshotsFolder)) {
    for (const name of await listFolder(join(place.snapshotsFolder, folder))) {
      const file = parseSnapshotFileName(`snapshots/${folder}/${name}`)
      if (file === undefined) continue
      found += 1
      if (known.has(file.id)) continue
      const root = await readRoot(join(place.snapshotsFolder, folder, name))
      if (root !== undefined) roots.push({ id: root, owners: owners.bitOf(subscriptions.get(folder)) })
    }
  }
  return { roots, found }
}

/** What running backups compare with, where it has no row any more: its tombstone still names the root. */
async function listForgottenParents(
  { db, repository, place }: RootsOptions,
  known: ReadonlySet<SnapshotId>,
): Promise<readonly RootRow[]> {
  const found: RootRow[] = []
  for (const { snapshotId, deviceId, subscriptionId } of await listHeldParents(db, repository.repositoryId)) {
    if (known.has(snapshotId)) continue
    const folder = join(place.snapshotsFolder, deviceId)
    const name = (await listFolder(folder)).find((one) => one.endsWith(`${snapshotId}${goneSuffix}`))
    if (name === undefined) continue
    found.push({ snapshotId, root: await readGoneRoot(join(folder, name)), subscriptionId })
  }
  return found
}

/** Undefined when it was removed since it was listed. One that cannot be read may name anything: nothing is collected beside it. */
async function readRoot(path: string): Promise<ChunkId | undefined> {
  try {
    return readSnapshotFile(await readFile(path)).envelope.root
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    if (error instanceof FormatError) throw listingRefused('the file of a version that the database does not know is damaged')
    throw error
  }
}

async function readGoneRoot(path: string): Promise<ChunkId> {
  try {
    return readGoneFile(await readFile(path)).envelope.root
  } catch (error) {
    throw listingRefused('the tombstone of a version that a running backup compares with cannot be read', error)
  }
}

/** The folders of packs. What is named otherwise is not ours. */
export async function listPackFolders(packsFolder: string): Promise<readonly string[]> {
  return (await listFolder(packsFolder)).filter((name) => /^[0-9a-f]{2}$/.test(name))
}

/** The names in a folder; a folder that cannot be read refuses the run. */
export async function listFolder(path: string): Promise<readonly string[]> {
  try {
    return await readdir(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    throw listingRefused(`a folder cannot be read (${code})`, error)
  }
}

export function listingRefused(why: string, cause?: unknown): PruneRefusedError {
  return new PruneRefusedError({ kind: 'listing', why }, { cause })
}
