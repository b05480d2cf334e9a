/** Differences of two versions of a folder, a page of them, with the work bounded. */
import type { TreeDifference, TreeEntry, TreePlace } from '../../engine/index.ts'
import { isSameContent } from '../../engine/index.ts'
import type { VersionPath } from '../snapshots/version-path.ts'

export const changeKinds = ['added', 'changed', 'removed'] as const
export type ChangeKind = (typeof changeKinds)[number]

export interface FolderChange {
  readonly kind: ChangeKind
  /** From the folder that is compared down. A folder that was added or removed stands for all in it. */
  readonly path: VersionPath
  readonly type: TreeEntry['type']
  readonly sizeBefore: number | undefined
  readonly sizeAfter: number | undefined
  /** The same bytes, saved at another time. */
  readonly isOnlyTime: boolean
}

export interface ChangesPage {
  readonly changes: readonly FolderChange[]
  /** Go on behind this path; undefined: there is nothing more. */
  readonly next: VersionPath | undefined
  /** Of all pages; only where they were counted. `isWhole`: there are no more than these. */
  readonly counts: (Readonly<Record<ChangeKind, number>> & { readonly isWhole: boolean }) | undefined
}

/** So many names are looked at for one page: a folder of a million changes is a page at a time, like any other. */
const maxNamesLookedAt = 50_000
/** Changes are counted this far. */
const maxChangesCounted = 1_000

/** Reads on behind a full page only to count. */
export async function changesPage(
  differences: AsyncIterable<TreeDifference | TreePlace>,
  { limit, isCounted }: { readonly limit: number; readonly isCounted: boolean },
): Promise<ChangesPage> {
  const changes: FolderChange[] = []
  const counts = { added: 0, changed: 0, removed: 0 }
  let looked = 0
  let counted = 0
  let next: VersionPath | undefined
  let isWhole = true
  for await (const difference of differences) {
    looked += 1
    const change = changeOf(difference)
    if (change !== undefined) {
      if (changes.length === limit) next ??= changes.at(-1)!.path
      if (changes.length === limit && !isCounted) break
      if (changes.length < limit) changes.push(change)
      counts[change.kind] += 1
      counted += 1
    }
    if (looked < maxNamesLookedAt && counted < maxChangesCounted) continue
    isWhole = false
    // Where the work was stopped before the page was full, it goes on from the last name.
    if (changes.length < limit) next = difference.path
    break
  }
  // Counting stopped in the middle of a page that is shown in full.
  if (!isWhole && changes.length === limit) next ??= changes.at(-1)!.path
  return { changes, next, counts: isCounted ? { ...counts, isWhole } : undefined }
}

function changeOf({ path, before, after }: TreeDifference | TreePlace): FolderChange | undefined {
  const entry = after ?? before
  if (entry === undefined) return undefined
  return {
    kind: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed',
    path,
    type: entry.type,
    sizeBefore: sizeOf(before),
    sizeAfter: sizeOf(after),
    isOnlyTime:
      before !== undefined &&
      after !== undefined &&
      'content' in before &&
      'content' in after &&
      before.size === after.size &&
      isSameContent(before.content, after.content),
  }
}

function sizeOf(entry: TreeEntry | undefined): number | undefined {
  return entry !== undefined && 'size' in entry ? entry.size : undefined
}
