/**
 * How much was selected, and what it would meet: the chosen version beside the newest one of the same job, as the box has them. An
 * estimate: what changed on the computer since then only the computer knows. Nothing is held of what is counted, and what takes too long
 * is said to be more. Damaged parts are left out of the count: what they held is not known.
 */
import {
  compareTrees,
  isLoss,
  isSameEntry,
  openVersion,
  type PlaintextSource,
  type TreeEntry,
  type Version,
} from '../../engine/index.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { pathBytes, type VersionPath } from '../snapshots/version-path.ts'

export interface SelectionFacts {
  /** Of the paths that were asked for, those that the version has, or may have where it is damaged. */
  readonly found: readonly VersionPath[]
  /** Links and pipes count as files. */
  readonly files: number
  readonly folders: number
  readonly bytes: number
  /** Whether all of it was counted. */
  readonly isWhole: boolean
}

export interface Estimate {
  /** Are there now, and hold something else. */
  readonly different: number
  readonly missing: number
  readonly same: number
  /** Are there now, and not in the version: what a revert takes away. */
  readonly extra: number
  readonly isWhole: boolean
}

/** Whether there is time left; asked at each name. */
export type GoesOn = () => boolean

export async function selectionFacts(
  source: PlaintextSource,
  { root }: Pick<Snapshot, 'root'>,
  { paths, goesOn }: { readonly paths: readonly VersionPath[]; readonly goesOn: GoesOn },
): Promise<SelectionFacts> {
  const version = openVersion(source, root)
  const found: VersionPath[] = []
  for (const path of paths) if ((await statOrLost(version, path)) !== undefined) found.push(path)
  const counts = { files: 0, folders: 0, bytes: 0, isWhole: true }
  for (const path of found) await countBelow(version, path, { counts, goesOn })
  return { ...counts, found }
}

/** Only what differs is read. `selected`: what `selectionFacts` said of the version. */
export async function estimateAgainst(
  source: PlaintextSource,
  { version, newest, selected }: { readonly version: Side; readonly newest: Side; readonly selected: SelectionFacts },
  { paths, goesOn }: { readonly paths: readonly VersionPath[]; readonly goesOn: GoesOn },
): Promise<Estimate> {
  const sides = [openVersion(source, newest.root), openVersion(source, version.root)] as const
  const counts = { different: 0, missing: 0, extra: 0, isWhole: selected.isWhole }
  const files = async (side: Version, path: VersionPath) => {
    const below = { files: 0, folders: 0, bytes: 0, isWhole: true }
    await countBelow(side, path, { counts: below, goesOn })
    if (!below.isWhole) counts.isWhole = false
    return below.files
  }
  const differ = async (path: VersionPath, before: TreeEntry | undefined, after: TreeEntry | undefined) => {
    if (before !== undefined && after !== undefined && isFile(before) && isFile(after)) {
      // Another time alone is no other file: the restore compares the bytes, too.
      if (!isSameEntry(before, after)) counts.different += 1
      return
    }
    if (before !== undefined) counts.extra += await files(sides[0], path)
    if (after !== undefined) counts.missing += await files(sides[1], path)
  }
  const compareBelow = async (path: VersionPath, trees: Parameters<typeof compareTrees>[1]) => {
    try {
      for await (const place of compareTrees(source, trees)) {
        if (!goesOn()) return false
        await differ([...path, ...place.path], place.before, place.after)
      }
      return true
    } catch (error) {
      if (isLoss(error)) return false
      throw error
    }
  }
  for (const path of paths) {
    const [before, after] = [await statOrLost(sides[0], path), await statOrLost(sides[1], path)]
    if (before === 'lost' || after === 'lost') counts.isWhole = false
    else if (before?.type !== 'directory' || after?.type !== 'directory') await differ(path, before, after)
    else if (!(await compareBelow(path, { before: before.tree, after: after.tree }))) counts.isWhole = false
  }
  return { ...counts, same: Math.max(0, selected.files - counts.different - counts.missing) }
}

type Side = Pick<Snapshot, 'root'>

interface Counts {
  files: number
  folders: number
  bytes: number
  isWhole: boolean
}

/** With the path's own entry. */
async function countBelow(
  version: Version,
  path: VersionPath,
  { counts, goesOn }: { readonly counts: Counts; readonly goesOn: GoesOn },
): Promise<void> {
  const onLost = () => {
    counts.isWhole = false
  }
  try {
    for await (const { entry } of version.walk(pathBytes(path), { onLost })) {
      if (!goesOn()) return onLost()
      if (entry.type === 'directory') counts.folders += 1
      else counts.files += 1
      if ('size' in entry) counts.bytes += entry.size
    }
  } catch (error) {
    if (!isLoss(error)) throw error
    onLost()
  }
}

async function statOrLost(version: Version, path: VersionPath): Promise<TreeEntry | 'lost' | undefined> {
  try {
    return await version.stat(pathBytes(path))
  } catch (error) {
    if (isLoss(error)) return 'lost'
    throw error
  }
}

function isFile({ type }: TreeEntry): boolean {
  return type !== 'directory'
}
