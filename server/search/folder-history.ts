/**
 * What became of a folder: versions one after the other in which everything in it is the same are one row. A tree's id stands for all
 * it holds, so a version costs the few folders on the way down.
 */
import type { ChunkId } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { findSnapshotsByIds } from '../snapshots/snapshots-table.ts'
import type { VersionPath } from '../snapshots/version-path.ts'
import type { CompareVersions } from './compare-service.ts'
import type { HistoryRow } from './file-history.ts'
import type { SearchedJob, SeenIn } from './search.ts'
import * as table from './search-table.ts'

type StateRow = Extract<HistoryRow, { kind: 'state' }>

interface SeenTree {
  readonly seen: SeenIn
  readonly tree: ChunkId | undefined
}

/** Newest first, of `limit` versions from the one at `skip` on. */
export async function readFolderHistory(
  { database, compare }: { readonly database: Database; readonly compare: Pick<CompareVersions, 'findTrees'> },
  job: SearchedJob,
  path: VersionPath,
  { skip, limit }: { readonly skip: number; readonly limit: number },
): Promise<{ readonly rows: readonly HistoryRow[]; readonly next: number | undefined }> {
  const { jobId } = job
  const numbers = [...job.live.numbers].toReversed()
  const wanted = numbers.slice(skip, skip + limit).map((number) => ({ jobId, number }))
  const found = await table.findVersionsOf(database.kysely, wanted)
  const seen = wanted.flatMap((one) => found.get(table.numberKey(one)) ?? [])
  const snapshots = new Map(
    (
      await findSnapshotsByIds(
        database.kysely,
        seen.map(({ id }) => id),
      )
    ).map((snapshot) => [snapshot.id, snapshot]),
  )
  const versions = seen.flatMap((one) => {
    const snapshot = snapshots.get(one.id)
    return snapshot === undefined ? [] : [{ seen: one, snapshot }]
  })
  const trees = await compare.findTrees(
    versions.map(({ snapshot }) => snapshot),
    path,
  )
  const rows = groupTrees(
    versions.map(({ seen: one }, index) => ({ seen: one, tree: trees[index] })),
    skip === 0,
  )
  return { rows, next: skip + limit < numbers.length ? skip + limit : undefined }
}

/** Pure. */
export function groupTrees(versions: readonly SeenTree[], isFromNewest: boolean): readonly HistoryRow[] {
  const groups: { tree: ChunkId | undefined; versions: SeenTree[] }[] = []
  for (const version of versions) {
    const last = groups.at(-1)
    const isSame = last !== undefined && (last.tree === undefined ? version.tree === undefined : version.tree?.equals(last.tree))
    if (isSame === true) last.versions.push(version)
    else groups.push({ tree: version.tree, versions: [version] })
  }
  // Before it was first there it was not missing.
  if (groups.at(-1)?.tree === undefined) groups.pop()
  return groups.map((group, index) => rowOf(group, isFromNewest && index === 0))
}

function rowOf(
  { tree, versions }: { readonly tree: ChunkId | undefined; readonly versions: readonly SeenTree[] },
  isNow: boolean,
): HistoryRow {
  const [last, first] = [versions[0]!.seen, versions.at(-1)!.seen]
  if (tree === undefined) return { kind: 'gap', firstAt: first.receivedAt, lastAt: last.receivedAt, isNow }
  return {
    kind: 'state',
    type: 'directory',
    sizeBytes: 0,
    changedAtNs: 0n,
    first,
    last,
    versions: versions.length,
    moreBytes: undefined,
  } satisfies StateRow
}
