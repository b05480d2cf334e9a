// The place of one entry: whether its name is free, and what becomes of what lies there.

import { rmdirSync, unlinkSync } from 'node:fs'
import type { TreeEntry } from '../format/tree-entry.ts'
import { besideName, besideTriesMax } from './beside-name.ts'
import type { FolderPlace, Folders } from './folders.ts'
import { lookAt } from './local-entry.ts'
import { unusableName } from './local-name.ts'
import { decide, type Existing, type OverwriteRule } from './overwrite.ts'
import { failureOf, type RestoreReport } from './restore-report.ts'
import type { TemporaryNames } from './temporary-names.ts'

export interface PlacingContext {
  readonly folders: Folders
  readonly names: TemporaryNames
  readonly report: RestoreReport
  readonly rule: OverwriteRule
  /** Names of growing files that an earlier attempt left; undefined: there was none. */
  readonly isLeft?: ((name: Buffer) => boolean) | undefined
  /** Asked before anything is replaced; what it says no to is kept. */
  readonly mayReplace?: ((path: Buffer, existing: Existing) => boolean) | undefined
}

/** A folder that entries are being put into. */
export interface FolderState {
  readonly place: FolderPlace
  /** This restore made it, or found it empty: no name in it can be taken. */
  readonly isFresh: boolean
}

export type Spot =
  /** The entry goes here; unless the name must be new, a rename replaces what is there. */
  | { readonly kind: 'free'; readonly name: Buffer; readonly mustBeNew: boolean }
  /** A folder is there already. */
  | { readonly kind: 'enter' }
  /** It is as in the version, as far as one can tell without reading. */
  | { readonly kind: 'same' }
  | { readonly kind: 'compare' }
  /** Nothing is to be done; the report says why. */
  | { readonly kind: 'none' }

export function findSpot(context: PlacingContext, parent: FolderState, entry: TreeEntry, path: Buffer): Spot {
  const { report, rule } = context
  const unusable = unusableName(entry.name, process.platform)
  if (unusable) {
    report.addFailed(path, { code: 'unsafe-name', detail: unusable })
    return { kind: 'none' }
  }
  const free = { kind: 'free', name: entry.name, mustBeNew: true } as const
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
        return besideSpot(context, parent, entry)
      case 'replace':
        if (context.mayReplace?.(path, existing) === false) {
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

/** The first name beside a taken one that is free. A link that lies there already from the last time is it. */
export function besideSpot(context: PlacingContext, parent: FolderState, entry: TreeEntry): Spot {
  const folder = context.folders.at(parent.place)
  for (let attempt = 1; attempt <= besideTriesMax; attempt++) {
    const other = besideName(entry.name, attempt)
    const there = lookAt(folder.pathOf(other))
    if (!there) return { kind: 'free', name: other, mustBeNew: true }
    if (entry.type === 'symlink' && there.kind === 'symlink' && there.target.equals(entry.target)) return { kind: 'same' }
  }
  throw Object.assign(new Error('every name beside it is taken as well'), { code: 'EEXIST' })
}

/** A folder gives way only when it is empty: what people put there is never removed. */
function replaceSpot(context: PlacingContext, parent: FolderState, entry: TreeEntry, existing: Existing): Spot {
  const path = context.folders.at(parent.place).pathOf(entry.name)
  if (existing.kind === 'directory') rmdirSync(path)
  else if (entry.type === 'directory') unlinkSync(path)
  else return { kind: 'free', name: entry.name, mustBeNew: false }
  return { kind: 'free', name: entry.name, mustBeNew: true }
}
