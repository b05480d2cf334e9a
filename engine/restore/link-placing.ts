// Symlinks and pipes: made whole in one call. Device files are not made; sockets are not missed: whoever listens on one makes it.

import { chmodSync, symlinkSync, unlinkSync } from 'node:fs'
import type { SpecialEntry, SymlinkEntry } from '../format/tree-entry.ts'
import { makeFifo } from '../system/posix.ts'
import { type NotSet, setLinkAttributes } from './attributes.ts'
import type { LocalPath } from './folders.ts'
import { giveName, isTaken } from './give-name.ts'
import { failureOf } from './restore-report.ts'
import { type FolderState, findSpot, noteChange, notePlaced, type PlacingContext, triesAfterTaken } from './spot.ts'

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
  tries = 0,
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
    noteChange(context, giveName(temporary, folder.pathOf(spot.name), spot.over))
  } catch (error) {
    removeQuietly(temporary)
    const next = isTaken(error, spot.over) ? triesAfterTaken(context, { over: spot.over, tries }) : undefined
    if (next !== undefined) return place(context, { ...parent, isFresh: false }, entry, path, make, next)
    if (isTaken(error, spot.over)) report.addKept(path, 'taken')
    else report.addFailed(path, failureOf(error))
    return false
  }
  report.addNotSet(path, notSet)
  notePlaced(context, { folder: parent.place, name: spot.name, entry, over: spot.over, path })
  return true
}

function removeQuietly(path: LocalPath): void {
  try {
    unlinkSync(path)
  } catch {
    // it was not made
  }
}
