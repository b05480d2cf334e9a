// The part of a revert that takes away: what the wanted version has not, deepest first, each file proved against the version that was
// made right before. What that does not hold as it lies there stays, and is counted as left.

import { rmdirSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { deriveKeys } from '../crypto/keys.ts'
import type { TreeEntry } from '../format/tree-entry.ts'
import { plaintextSource } from '../repository/plaintext-source.ts'
import { placeItems } from './destination.ts'
import { closeRoots, Folders, type LocalPath, splitPlace } from './folders.ts'
import { removeName } from './give-name.ts'
import { isHeldBy, type Looking } from './held-bytes.ts'
import type { HeldVersion } from './held-version.ts'
import { isStamp, lookAt } from './local-entry.ts'
import type { RestoreSettings } from './restore.ts'
import { isOfOneFile, reportListMax, sourcePath } from './restore-report.ts'
import type { SelectedEntries } from './reverted-entries.ts'
import type { SelectedItem } from './selection.ts'

/** Counted as it goes on, so that it can be told also when it is broken off. */
export interface Removal {
  removed: number
  leftCount: number
  readonly left: Buffer[]
}

interface Removing {
  readonly settings: Pick<RestoreSettings, 'records' | 'secrets' | 'signal'>
  /** Of the version made before. */
  readonly items: readonly SelectedItem[]
  readonly present: SelectedEntries
  readonly wanted: SelectedEntries
  readonly held: HeldVersion
}

/** Entries looked at before others of the process get a turn. */
const entriesAtOnce = 256

/** @throws what the source throws, and the signal's reason */
export async function removeRest({ settings, items, present, wanted, held }: Removing, counts: Removal): Promise<void> {
  const { records, secrets, signal } = settings
  const looking = { plaintexts: plaintextSource(records, secrets), keys: deriveKeys(secrets), signal }
  const placed = placeItems(items, { kind: 'original' })
  const folders = new Folders(placed.roots)
  let looked = 0
  try {
    for (const [index, { item, root, above }] of [...placed.items.entries()].toReversed()) {
      const skip = rootLength(item, above.length)
      for (const key of notWanted(present, index, wanted).toReversed()) {
        signal?.throwIfAborted()
        if (++looked % entriesAtOnce === 0) await setImmediate()
        const entry = present.entries.get(key)!
        // Nothing brings a socket back but the program that listens on it.
        if (entry.type === 'special' && entry.special === 'socket') continue
        const path = Buffer.from(key, 'latin1')
        const { above: parent, name } = splitPlace({ root, path: path.subarray(skip) })
        const end = await removeOne({ find: () => folders.at(parent).pathOf(name), path, entry, held, looking })
        folders.trim()
        if (end === 'removed') counts.removed++
        if (end !== 'left') continue
        counts.leftCount++
        if (counts.left.length < reportListMax) counts.left.push(sourcePath(path))
      }
    }
  } finally {
    folders.close()
    closeRoots(placed.roots)
  }
}

/** What the wanted version has not of an item's entries, or has another kind of where a folder is one of the two. */
function notWanted(present: SelectedEntries, item: number, wanted: SelectedEntries): readonly string[] {
  let same: string | undefined
  return present.keysOf(item).filter((key) => {
    if (same !== undefined && key.startsWith(same)) return false
    same = wanted.sameFolders.has(key) ? `${key}/` : undefined
    const other = wanted.entries.get(key)
    return !other || (other.type === 'directory') !== (present.entries.get(key)!.type === 'directory')
  })
}

interface ToRemove {
  readonly find: () => LocalPath
  readonly path: Buffer
  readonly entry: TreeEntry
  readonly held: HeldVersion
  readonly looking: Looking
}

async function removeOne({ find, path, entry, held, looking }: ToRemove): Promise<'removed' | 'gone' | 'left'> {
  try {
    const at = find()
    const existing = lookAt(at)
    if (!existing) return 'gone'
    if (entry.type === 'directory') {
      rmdirSync(at)
      return 'removed'
    }
    if (!held.holds(path, existing)) return 'left'
    if ((entry.type === 'file' || entry.type === 'hardlink') && !(await isHeldBy(at, entry, looking))) return 'left'
    // Touched while it was read: it is another file now.
    const again = lookAt(at)
    if (!again || !isStamp(existing.stamp, again.stamp)) return 'left'
    const change = removeName(at)
    if (change) held.noteOwnChange(change)
    return 'removed'
  } catch (error) {
    if (!isOfOneFile(error)) throw error
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : 'left'
  }
}

/** Bytes of a path that lead to its root, with the slash behind them. */
function rootLength({ above }: SelectedItem, below: number): number {
  return above.slice(0, above.length - below).reduce((sum, { name }) => sum + name.length + 1, 0)
}
