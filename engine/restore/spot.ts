// The place of one entry: whether its name is free, and what becomes of what lies there.

import { rmdirSync } from 'node:fs'
import type { TreeEntry } from '../format/tree-entry.ts'
import { besideName, besideTriesMax } from './beside-name.ts'
import type { FolderPlace, Folders } from './folders.ts'
import { fileKey, type Over, type OwnChange, removeName } from './give-name.ts'
import { type LocalEntry, lookAt } from './local-entry.ts'
import { unusableName } from './local-name.ts'
import { decide, type OverwriteRule } from './overwrite.ts'
import type { PlannedFile } from './planned-file.ts'
import type { ReplacedFolders } from './replaced-folders.ts'
import type { Replacing } from './restore.ts'
import { failureOf, type RestoreReport } from './restore-report.ts'
import type { TemporaryNames } from './temporary-names.ts'

export interface PlacingContext {
  readonly folders: Folders
  readonly names: TemporaryNames
  readonly report: RestoreReport
  readonly rule: OverwriteRule
  /** Names of growing files that an earlier attempt left; undefined: there was none. */
  readonly isLeft?: ((name: Buffer) => boolean) | undefined
  readonly replacing?: Replacing | undefined
  /** Files of several names whose change time this restore has moved, by `fileKey`. */
  readonly ownChanges: Set<string>
  readonly replacedFolders: ReplacedFolders
}

/** A folder that entries are being put into. */
export interface FolderState {
  readonly place: FolderPlace
  /** This restore made it, or found it empty: no name in it can be taken. */
  readonly isFresh: boolean
}

export type Spot =
  | { readonly kind: 'free'; readonly name: Buffer; readonly over: Over }
  /** A folder is there already. */
  | { readonly kind: 'enter'; readonly name: Buffer }
  /** It is as in the version, as far as one can tell without reading. */
  | { readonly kind: 'same' }
  | { readonly kind: 'compare' }
  /** A file goes under the first name beside its own that is free, or holds it already. */
  | { readonly kind: 'beside' }
  /** Nothing is to be done; the report says why. */
  | { readonly kind: 'none' }

export function findSpot(context: PlacingContext, parent: FolderState, entry: TreeEntry, path: Buffer): Spot {
  const { report, rule } = context
  const unusable = unusableName(entry.name, process.platform)
  if (unusable) {
    report.addFailed(path, { code: 'unsafe-name', detail: unusable })
    return { kind: 'none' }
  }
  const free = { kind: 'free', name: entry.name, over: 'nothing' } as const
  if (parent.isFresh) return free
  try {
    const existing = lookAt(context.folders.at(parent.place).pathOf(entry.name))
    if (!existing) return free
    const decision = decide(rule, entry, existing)
    switch (decision.kind) {
      case 'keep':
        report.addKept(path, decision.reason)
        return { kind: 'none' }
      case 'beside':
        return entry.type === 'file' || entry.type === 'hardlink' ? decision : besideSpot(context, parent, entry)
      case 'enter':
        return { kind: 'enter', name: entry.name }
      case 'replace':
        if (context.replacing?.holds(path, existing) === false) {
          report.addKept(path, 'not-held')
          return { kind: 'none' }
        }
        return replaceSpot(context, parent, entry, existing)
      default:
        return decision
    }
  } catch (error) {
    report.addFailed(path, failureOf(error))
    return { kind: 'none' }
  }
}

/** What may lie under a name that is to be replaced when its turn comes: what was decided about, where it matters what that was. */
export function overExisting({ rule, replacing }: PlacingContext, existing: LocalEntry): Over {
  return rule === 'older' || replacing ? existing.stamp : 'anything'
}

const triesMax = 3
/** As many names of one file are replaced, one after the other. */
const ownTriesMax = 1_000

/**
 * How often an entry has been tried when its name was taken and it is to be settled by the rule again: where the rule looks at what is
 * there, or has another name for it. Undefined: it is given up; nothing is lost either way.
 */
export function triesAfterTaken(
  { rule, ownChanges }: PlacingContext,
  { over, tries }: { readonly over: Over; readonly tries: number },
): number | undefined {
  // It may have been this restore: the file there has several names, and another of them was replaced in between.
  const isOurs = typeof over === 'object' && ownChanges.has(fileKey(over))
  const isDecidable = over !== 'nothing' || rule === 'both'
  return isDecidable && tries < (isOurs ? ownTriesMax : triesMax) ? tries + 1 : undefined
}

/** The first name beside a taken one that is free, or that the entry has already from the last time. Not for files. */
function besideSpot(context: PlacingContext, parent: FolderState, entry: TreeEntry): Spot {
  const folder = context.folders.at(parent.place)
  for (let attempt = 1; attempt <= besideTriesMax; attempt++) {
    const other = besideName(entry.name, attempt)
    const there = lookAt(folder.pathOf(other))
    if (!there) return { kind: 'free', name: other, over: 'nothing' }
    if (entry.type === 'directory' && there.kind === 'directory') return { kind: 'enter', name: other }
    if (entry.type === 'symlink' && there.kind === 'symlink' && there.target.equals(entry.target)) return { kind: 'same' }
    if (entry.type === 'special' && there.isPipe) return { kind: 'same' }
  }
  throw everyNameTaken()
}

export function everyNameTaken(): NodeJS.ErrnoException {
  return Object.assign(new Error('EEXIST: every name beside it is taken as well'), { code: 'EEXIST' })
}

/** A folder gives way only when it is empty: what people put there is never removed. */
function replaceSpot(context: PlacingContext, parent: FolderState, entry: TreeEntry, existing: LocalEntry): Spot {
  const path = context.folders.at(parent.place).pathOf(entry.name)
  if (existing.kind === 'directory') rmdirSync(path)
  else if (entry.type === 'directory') noteChange(context, removeName(path))
  else return { kind: 'free', name: entry.name, over: overExisting(context, existing) }
  return { kind: 'free', name: entry.name, over: 'nothing' }
}

/** An entry has its name. */
export function notePlaced(
  { report, replacedFolders }: PlacingContext,
  { folder, name, entry, over, path }: Pick<PlannedFile, 'folder' | 'name' | 'over' | 'path'> & { readonly entry: TreeEntry },
): void {
  report.addPlaced(path, { name, ownName: entry.name, over })
  if (over !== 'nothing') replacedFolders.note(folder)
}

export function noteChange({ replacing, ownChanges }: PlacingContext, change: OwnChange | undefined): void {
  if (!change) return
  ownChanges.add(fileKey(change.after))
  replacing?.noteOwnChange(change)
}
