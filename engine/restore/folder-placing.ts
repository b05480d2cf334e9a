// Folders: made at once, open to us alone while they are filled; mode, owner and time come when all is in, the deepest first.

import { chmodSync, fchmodSync, fstatSync, mkdirSync, statSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import type { DirectoryEntry } from '../format/tree-entry.ts'
import { joinNames } from '../repository/tree-walk.ts'
import { setAttributes } from './attributes.ts'
import type { FolderPlace, LocalPath } from './folders.ts'
import { isTaken } from './give-name.ts'
import { removeLeftovers } from './leftovers.ts'
import { setsExistingFolders } from './overwrite.ts'
import { failureOf } from './restore-report.ts'
import { type FolderState, findSpot, type PlacingContext } from './spot.ts'

const fillingMode = 0o700
/** Folders finished before others of the process get a turn. */
const finishedAtOnce = 256

interface FolderToFinish {
  readonly place: FolderPlace
  readonly path: Buffer
  /** Gets its attributes; or, where it was there before, the mode back that it had. */
  readonly end: DirectoryEntry | { readonly formerMode: number }
}

export class FolderPlacing {
  private readonly context: PlacingContext
  private readonly toFinish: FolderToFinish[] = []

  constructor(context: PlacingContext) {
    this.context = context
  }

  /**
   * The folder that an entry's contents go into, or undefined when they go nowhere, which is reported then. A folder `isAbove` what
   * was selected stays as it is where it was there before.
   */
  enter(
    parent: FolderState,
    entry: DirectoryEntry,
    path: Buffer,
    { isAbove }: { readonly isAbove: boolean },
  ): FolderState | undefined {
    const { folders, report, rule } = this.context
    const spot = findSpot(this.context, parent, entry, path)
    if (spot.kind !== 'free' && spot.kind !== 'enter') return undefined
    const place = { root: parent.place.root, path: joinNames(parent.place.path, spot.name) }
    try {
      if (spot.kind === 'free') {
        mkdirSync(folders.at(parent.place).pathOf(spot.name), fillingMode)
        report.directories++
        this.toFinish.push({ place, path, end: entry })
        return { place, isFresh: true }
      }
      const formerMode = makeWritable(folders.at(place).self)
      if (this.context.isLeft) removeLeftovers(folders.at(place), this.context.isLeft)
      if (!isAbove && setsExistingFolders(rule)) this.toFinish.push({ place, path, end: entry })
      else if (formerMode !== undefined) this.toFinish.push({ place, path, end: { formerMode } })
      return { place, isFresh: false }
    } catch (error) {
      // Two names of the version are one here: the second folder's contents go into the first.
      if (parent.isFresh && isTaken(error, 'nothing')) return this.enter({ ...parent, isFresh: false }, entry, path, { isAbove })
      report.addFailed(path, failureOf(error))
      return undefined
    }
  }

  async finish(): Promise<void> {
    const { folders, report } = this.context
    for (let count = 1, next = this.toFinish.pop(); next; next = this.toFinish.pop(), count++) {
      const { place, path, end } = next
      try {
        const { self } = folders.at(place)
        if ('formerMode' in end) setMode(self, end.formerMode)
        else report.addNotSet(path, setAttributes(self, end))
      } catch (error) {
        report.addNotSet(path, [{ what: 'mode', detail: failureOf(error).detail }])
      }
      folders.trim()
      if (count % finishedAtOnce === 0) await setImmediate()
    }
  }
}

/** A read-only folder of ours that is to be filled: opened for that, its mode returned. Root needs no leave. */
function makeWritable(self: number | LocalPath): number | undefined {
  const stat = typeof self === 'number' ? fstatSync(self) : statSync(self)
  const isOurs = process.geteuid !== undefined && process.geteuid() !== 0 && stat.uid === process.geteuid()
  if (!isOurs || (stat.mode & fillingMode) === fillingMode) return undefined
  const formerMode = stat.mode & 0o7777
  setMode(self, formerMode | fillingMode)
  return formerMode
}

function setMode(self: number | LocalPath, mode: number): void {
  if (typeof self === 'number') fchmodSync(self, mode)
  else chmodSync(self, mode)
}
