/**
 * How much was selected, and what it would meet: the chosen version beside the newest one of the same job, as the box has them. An
 * estimate: what changed on the computer since then only the computer knows. Bounded: beyond so many names it says "at least".
 */
import { isSameEntry, openVersion, type PlaintextSource, type TreeEntry } from '../../engine/index.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { pathBytes, type VersionPath } from '../snapshots/version-path.ts'

/** Names of each of the two versions that are looked at. */
export const maxNamesCompared = 20_000

export interface SelectionFacts {
  /** Of the paths that were asked for, those that the version has. */
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

type Names = ReadonlyMap<string, TreeEntry>

/** `entries`: everything that was selected, for the estimate. */
export async function selectionFacts(
  source: PlaintextSource,
  version: Pick<Snapshot, 'root'>,
  paths: readonly VersionPath[],
): Promise<SelectionFacts & { readonly entries: Names }> {
  const { entries, found, isWhole } = await namesBelow(source, version, paths)
  const counts = { files: 0, folders: 0, bytes: 0 }
  for (const entry of entries.values()) {
    if (entry.type === 'directory') counts.folders += 1
    else counts.files += 1
    if ('size' in entry) counts.bytes += entry.size
  }
  return { ...counts, found, isWhole, entries }
}

export async function estimateAgainst(
  source: PlaintextSource,
  selected: { readonly entries: Names; readonly isWhole: boolean },
  newest: Pick<Snapshot, 'root'>,
  paths: readonly VersionPath[],
): Promise<Estimate> {
  const now = await namesBelow(source, newest, paths)
  const counts = { different: 0, missing: 0, same: 0, extra: 0 }
  for (const [path, entry] of selected.entries) {
    if (entry.type === 'directory') continue
    const other = now.entries.get(path)
    if (other === undefined) counts.missing += 1
    else if (isSameEntry(entry, other)) counts.same += 1
    else counts.different += 1
  }
  for (const [path, entry] of now.entries) if (entry.type !== 'directory' && !selected.entries.has(path)) counts.extra += 1
  return { ...counts, isWhole: selected.isWhole && now.isWhole }
}

/** Every path is looked for; what lies below is looked at up to the bound. */
async function namesBelow(source: PlaintextSource, { root }: Pick<Snapshot, 'root'>, paths: readonly VersionPath[]) {
  const version = openVersion(source, root)
  const found: VersionPath[] = []
  for (const path of paths) if ((await version.stat(pathBytes(path))) !== undefined) found.push(path)
  const entries = new Map<string, TreeEntry>()
  for (const path of found)
    for await (const { path: at, entry } of version.walk(pathBytes(path))) {
      if (entries.size >= maxNamesCompared) return { entries, found, isWhole: false }
      entries.set(at.toString('latin1'), entry)
    }
  return { entries, found, isWhole: true }
}
