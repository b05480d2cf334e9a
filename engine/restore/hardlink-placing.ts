// One more name for a file that is there by now.

import { linkSync, lstatSync, unlinkSync } from 'node:fs'
import type { LocalPath } from './folders.ts'
import { giveName, isTaken, type Over, type OwnChange } from './give-name.ts'
import type { Anchor } from './hardlink-groups.ts'
import { stampOf } from './local-entry.ts'
import type { PlannedFile, SettledFile } from './planned-file.ts'
import { failureOf } from './restore-report.ts'
import { noteChange, type PlacingContext } from './spot.ts'

export function placeHardlink(context: PlacingContext, anchor: Anchor, file: PlannedFile): SettledFile {
  const { folders, names } = context
  try {
    const from = folders.at(anchor.folder).pathOf(anchor.name)
    const folder = folders.at(file.folder)
    const to = folder.pathOf(file.name)
    if (file.over !== 'nothing' && isSameFile(from, to)) return { kind: 'written', touched: undefined, dataBytes: 0 }
    const before = stampOf(lstatSync(from, { bigint: true }))
    const touched = link(from, folder.pathOf(names.next()), to, file.over)
    noteChange(context, { before, after: stampOf(lstatSync(to, { bigint: true })) })
    return { kind: 'written', touched, dataBytes: 0 }
  } catch (error) {
    return isTaken(error, file.over) ? { kind: 'taken' } : { kind: 'failed', failure: failureOf(error) }
  } finally {
    folders.trim()
  }
}

/** Renaming one name of a file over another of the same file does nothing at all, and would leave the first. */
function isSameFile(one: LocalPath, other: LocalPath): boolean {
  const [a, b] = [one, other].map((path) => lstatSync(path, { bigint: true, throwIfNoEntry: false }))
  return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino
}

/** By way of a second name, as a link cannot replace anything itself. */
function link(from: LocalPath, temporary: LocalPath, to: LocalPath, over: Over): OwnChange | undefined {
  if (over === 'nothing') {
    linkSync(from, to)
    return undefined
  }
  linkSync(from, temporary)
  try {
    return giveName(temporary, to, over)
  } catch (error) {
    unlinkSync(temporary)
    throw error
  }
}
