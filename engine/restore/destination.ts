// Where things go: the roots that are written below, and for each selected item the names from its root down to it.

import { mkdirSync, realpathSync, statSync } from 'node:fs'
import type { TreeEntry } from '../format/tree-entry.ts'
import { joinNames } from '../repository/tree-walk.ts'
import type { LocalPath } from './folders.ts'
import { RestoreError } from './restore-error.ts'
import type { SelectedItem } from './selection.ts'

export type Destination =
  | { readonly kind: 'original' }
  /** With `strip`, without the part of the path above what is selected. */
  | { readonly kind: 'folder'; readonly path: Buffer; readonly strip: boolean }

export interface PlacedItem {
  readonly item: SelectedItem
  /** Index into the roots. */
  readonly root: number
  /** Folders above the item that lie below the root: made when they are not there. */
  readonly above: readonly TreeEntry[]
}

export interface PlacedItems {
  /** Absolute, without symlinks. Nothing below them is reached through one. */
  readonly roots: readonly LocalPath[]
  readonly items: readonly PlacedItem[]
}

/** @throws RestoreError `destination-unusable` */
export function placeItems(items: readonly SelectedItem[], destination: Destination): PlacedItems {
  if (destination.kind === 'original') return placeAtOrigin(items)
  const root = usable(destination.path, () => {
    mkdirSync(destination.path, { recursive: true })
    return textOrBytes(realpathSync(destination.path, 'buffer'))
  })
  return { roots: [root], items: items.map((item) => ({ item, root: 0, above: destination.strip ? [] : item.above })) }
}

/**
 * What leads to a selected item at its original place is this computer's own and may well pass through a symlink (/home -> /usr/home);
 * from the deepest folder of it that is there, it is followed to where it really lies. From there down nothing is followed.
 */
function placeAtOrigin(items: readonly SelectedItem[]): PlacedItems {
  const roots = new Map<string, number>()
  const pathsOfRoots: LocalPath[] = []
  const placed = items.map((item) => {
    const { path, depth } = deepestFolder(item.above)
    const root = usable(path, () => realpathSync(path, 'buffer'))
    const key = root.toString('latin1')
    const index = roots.get(key) ?? pathsOfRoots.push(textOrBytes(root)) - 1
    roots.set(key, index)
    return { item, root: index, above: item.above.slice(depth) }
  })
  return { roots: pathsOfRoots, items: placed }
}

function deepestFolder(above: readonly TreeEntry[]): { readonly path: Buffer; readonly depth: number } {
  for (let depth = above.length; depth > 0; depth--) {
    const path = absolutePath(above.slice(0, depth).map((entry) => entry.name))
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return { path, depth }
  }
  return { path: absolutePath([]), depth: 0 }
}

/** On Windows the first name is the drive. */
export function absolutePath(names: readonly Buffer[]): Buffer {
  const path = names.reduce<Buffer>(joinNames, Buffer.alloc(0))
  if (process.platform !== 'win32') return Buffer.concat([Buffer.from('/'), path])
  return Buffer.from(`${path.toString().replaceAll('/', '\\')}\\`)
}

function textOrBytes(path: Buffer): LocalPath {
  const text = path.toString('utf8')
  return text.includes('\ufffd') ? path : text
}

function usable<T>(path: Buffer, work: () => T): T {
  try {
    return work()
  } catch (cause) {
    const { message } = cause as Error
    throw new RestoreError('destination-unusable', `cannot restore to ${path.toString()}: ${message}`, { cause })
  }
}
