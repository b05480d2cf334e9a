/**
 * What became of a folder: versions one after the other in which everything in it is the same are one row. In which versions it was there
 * the catalogue says; only of those the trees are read, a version for the few folders on the way down. A tree's id stands for all it holds.
 */
import type { ChunkId } from '../../engine/index.ts'
import { firstAtLeast } from '../catalogue/sorted-numbers.ts'
import type { Database } from '../database/database.ts'
import { findSnapshotsByIds } from '../snapshots/snapshots-table.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { CompareVersions } from './compare-service.ts'
import type { HistoryPiece, HistoryRow } from './file-history.ts'
import type { LiveState, LiveVersions, SearchedJob, SeenIn } from './search.ts'
import * as table from './search-table.ts'

type Gap = Extract<HistoryPiece, { kind: 'gap' }>

/** A version that holds the path. */
export interface HeldVersion {
  readonly number: number
  readonly state: LiveState
  readonly isCheckpoint: boolean
  /** It was not there in the versions right after this one. */
  readonly gap: Gap | undefined
}

export interface SeenVersion extends HeldVersion {
  /** Its place among those that hold the path, the newest first. */
  readonly place: number
  readonly seen: SeenIn
  /** Undefined where the path was no folder. */
  readonly tree: ChunkId | undefined
}

export interface FolderHistory {
  readonly rows: readonly HistoryRow[]
  /** The `skip` of the next page; undefined: these are the oldest. */
  readonly next: number | undefined
  /** The version behind the oldest row, where something was different. */
  readonly older: SeenIn | undefined
}

/** Each version may cost a look into it. */
const maxVersionsRead = 30

/** Newest first, of `limit` versions at most from the one at `skip` on; those that do not hold the path are not counted. */
export async function readFolderHistory(
  { database: { kysely }, compare }: { readonly database: Database; readonly compare: Pick<CompareVersions, 'findTrees'> },
  { job, path, pieces }: { readonly job: SearchedJob; readonly path: VersionPath; readonly pieces: readonly HistoryPiece[] },
  page: { readonly skip: number; readonly limit: number },
): Promise<FolderHistory> {
  const { jobId } = job
  const { skip } = page
  const end = skip + Math.min(page.limit, maxVersionsRead)
  const all = heldVersions(pieces, job.live)
  const held = all.slice(skip, end + 1)
  const found = await table.findVersionsOf(
    kysely,
    held.map(({ number }) => ({ jobId, number })),
  )
  const seen = held.flatMap((one, index) => {
    const version = found.get(table.numberKey({ jobId, number: one.number }))
    return version === undefined ? [] : [{ ...one, seen: version, place: skip + index }]
  })
  const trees = await findTrees(
    seen.filter(({ state }) => state.type === 'directory').map((one) => one.seen.id),
    path,
  )
  return groupVersions(
    seen.map((one) => ({ ...one, tree: trees.get(one.seen.id) })),
    { end: end < all.length ? end : undefined },
  )

  async function findTrees(
    ids: readonly SeenIn['id'][],
    of: VersionPath,
  ): Promise<ReadonlyMap<SeenIn['id'], ChunkId | undefined>> {
    const snapshots = await findSnapshotsByIds(kysely, ids)
    const inThem = await compare.findTrees(snapshots, of)
    return new Map(snapshots.map(({ id }, index) => [id, inThem[index]]))
  }
}

/** Pure. Newest first. */
export function heldVersions(pieces: readonly HistoryPiece[], { numbers, checkpoints }: LiveVersions): readonly HeldVersion[] {
  const held: HeldVersion[] = []
  let gap: Gap | undefined
  for (const piece of pieces) {
    if (piece.kind === 'gap') {
      gap = piece
      continue
    }
    const { state } = piece
    const first = firstAtLeast(numbers, state.firstNumber)
    for (let at = firstAtLeast(numbers, state.lastNumber); at >= first; at -= 1) {
      held.push({ number: numbers[at]!, state, isCheckpoint: checkpoints[at] === 1, gap })
      gap = undefined
    }
  }
  return held
}

/**
 * Pure. The version at the place `end` is of the next page: where its row begins on this one, the whole row is left to that page, unless
 * it is all there is. Undefined: there is no next page.
 */
export function groupVersions(versions: readonly SeenVersion[], { end }: { readonly end: number | undefined }): FolderHistory {
  const groups: [SeenVersion, ...SeenVersion[]][] = []
  for (const version of versions) {
    const last = groups.at(-1)
    if (last !== undefined && isSame(version, last[0])) last.push(version)
    else groups.push([version])
  }
  const behind = end !== undefined && versions.at(-1)?.place === end ? groups.pop() : undefined
  if (behind === undefined) return { rows: groups.flatMap(rowsOf), next: end, older: undefined }
  if (groups.length > 0) return { rows: groups.flatMap(rowsOf), next: behind[0].place, older: behind[0].seen }
  return { rows: rowsOf(behind.slice(0, -1)), next: end, older: undefined }
}

function isSame({ gap, tree, state }: SeenVersion, later: SeenVersion): boolean {
  if (gap !== undefined) return false
  return tree === undefined || later.tree === undefined ? tree === later.tree && state === later.state : tree.equals(later.tree)
}

function rowsOf(versions: readonly SeenVersion[]): readonly HistoryRow[] {
  const [newest, first] = [versions[0], versions.at(-1)]
  if (newest === undefined || first === undefined) return []
  const { gap, state } = newest
  const last = versions.find(({ isCheckpoint }) => !isCheckpoint) ?? newest
  const row: HistoryRow = {
    kind: 'state',
    type: state.type,
    sizeBytes: state.size,
    changedAtNs: state.mtimeNs,
    first: first.seen,
    last: last.seen,
    versions: versions.length,
    moreBytes: undefined,
  }
  return gap === undefined ? [row] : [gap, row]
}
