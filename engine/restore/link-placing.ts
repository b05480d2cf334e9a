// Symlinks and pipes: made whole in one call. Device files are not made; sockets are not missed: whoever listens on one makes it.

import { chmodSync, symlinkSync, unlinkSync } from 'node:fs'
import type { SpecialEntry, SymlinkEntry } from '../format/tree-entry.ts'
import { makeFifo } from '../system/posix.ts'
import { type NotSet, setLinkAttributes } from './attributes.ts'
import { giveName } from './file-writer.ts'
import type { LocalPath } from './folders.ts'
import { failureOf } from './restore-report.ts'
import { type FolderState, findSpot, type PlacingContext } from './spot.ts'

const pipeMode = 0o600

/** A symlink is a name and a text: where the text points is nobody's business here, and nothing is ever written through it. */
export function placeSymlink(context: PlacingContext, parent: FolderState, entry: SymlinkEntry, path: Buffer): void {
  const isMade = place(context, parent, entry, path, (at) => symlinkSync(entry.target, at))
  if (isMade) context.report.symlinks++
}

export function placeSpecial(context: PlacingContext, parent: FolderState, entry: SpecialEntry, path: Buffer): void {
  if (entry.special === 'socket') {
    context.report.sockets++
    return
  }
  if (entry.special !== 'fifo') {
    context.report.addFailed(path, { code: 'not-restorable', detail: 'device files are not made' })
    return
  }
  const isMade = place(context, parent, entry, path, (at) => {
    makeFifo(at, pipeMode)
    chmodSync(at, entry.mode) // what a new pipe is given is cut by the umask
  })
  if (isMade) context.report.others++
}

function place(
  context: PlacingContext,
  parent: FolderState,
  entry: SymlinkEntry | SpecialEntry,
  path: Buffer,
  make: (at: LocalPath) => void,
): boolean {
  const { folders, names, report } = context
  const spot = findSpot(context, parent, entry, path)
  if (spot.kind === 'same') report.unchanged++
  if (spot.kind !== 'free') return false
  const folder = folders.at(parent.place)
  const temporary = folder.pathOf(names.next())
  let notSet: readonly NotSet[] = []
  try {
    make(temporary)
    notSet = setLinkAttributes(temporary, entry)
    giveName(temporary, folder.pathOf(spot.name), spot)
  } catch (error) {
    removeQuietly(temporary)
    const failure = failureOf(error)
    if (spot.mustBeNew && failure.code === 'EEXIST') report.addKept(path, 'exists')
    else report.addFailed(path, failure)
    return false
  }
  report.addNotSet(path, notSet)
  report.addPlaced(path, { name: spot.name, ownName: entry.name, mustBeNew: spot.mustBeNew })
  return true
}

function removeQuietly(path: LocalPath): void {
  try {
    unlinkSync(path)
  } catch {
    // it was not made
  }
}
