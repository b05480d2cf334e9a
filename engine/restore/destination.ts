// Where things go: the roots that are written below, and for each selected item the names from its root down to it.

import { mkdirSync, realpathSync, statSync } from 'node:fs'
import { posix } from 'node:path'
import type { TreeEntry } from '../format/tree-entry.ts'
import { namesOfPath } from '../repository/path-names.ts'
import { joinNames } from '../repository/tree-walk.ts'
import { type LocalPath, openRoots, type Root } from './folders.ts'
import { RestoreError } from './restore-error.ts'
import type { SelectedItem } from './selection.ts'
import { deepestTrusted, type Reached } from './trusted-folders.ts'

const slash = 0x2f

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
  /** Open; whoever asked for them closes them. Nothing below them is reached through a symlink. */
  readonly roots: readonly Root[]
  readonly items: readonly PlacedItem[]
}

/** @throws RestoreError `destination-unusable` */
export function placeItems(items: readonly SelectedItem[], destination: Destination): PlacedItems {
  if (destination.kind === 'original') return placeAtOrigin(items)
  const { path } = destination
  const roots = usable(path, () => openRoots([textOrBytes(madeFolder(path))]))
  return { roots, items: items.map((item) => ({ item, root: 0, above: destination.strip ? [] : item.above })) }
}

/** Its real path. */
function madeFolder(path: Buffer): Buffer {
  if (process.platform === 'win32') {
    mkdirSync(path, { recursive: true })
    return realpathSync(path, 'buffer')
  }
  const names = namesOfPath(path[0] === slash ? path : Buffer.concat([Buffer.from(`${process.cwd()}/`), path]))
  const reached = deepestTrusted(names)
  const missing = names.slice(reached.depth)
  // Of what is not there yet, `..` can be taken by its word.
  const made = posix.normalize(absolutePath([...namesOfPath(reached.path), ...missing]).toString('latin1'))
  mkdirSync(Buffer.from(made, 'latin1'), { recursive: true })
  return Buffer.from(made, 'latin1')
}

/**
 * What leads to a selected item at its original place is this computer's own and may well pass through a symlink; from the deepest
 * folder of it that is there, it is followed to where it really lies, as far as links are trusted. From there down nothing is followed.
 */
function placeAtOrigin(items: readonly SelectedItem[]): PlacedItems {
  const roots = new Map<string, number>()
  const pathsOfRoots: LocalPath[] = []
  const placed = items.map((item) => {
    const { path, depth } = usable(item.path, () => deepestFolder(item.above))
    const key = path.toString('latin1')
    const index = roots.get(key) ?? pathsOfRoots.push(textOrBytes(path)) - 1
    roots.set(key, index)
    return { item, root: index, above: item.above.slice(depth) }
  })
  return { roots: usable(absolutePath([]), () => openRoots(pathsOfRoots)), items: placed }
}

function deepestFolder(above: readonly TreeEntry[]): Reached {
  const names = above.map(({ name }) => name)
  if (process.platform !== 'win32') return deepestTrusted(names)
  for (let depth = above.length; depth > 0; depth--) {
    const path = absolutePath(names.slice(0, depth))
    if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) return { path: realpathSync(path, 'buffer'), depth }
  }
  return { path: realpathSync(absolutePath([]), 'buffer'), depth: 0 }
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
