// The folders that a restore writes into. A folder is opened once, name by name from its root, never through a symlink, and then used
// by its open descriptor (/proc/self/fd/N/name): whatever is renamed or swapped for a link meanwhile, what is written lands in the
// folder that was checked. Where there is no /proc, paths are used, each name checked when the folder is opened.

import { isUtf8 } from 'node:buffer'
import { closeSync, constants, existsSync, lstatSync, openSync } from 'node:fs'

/** A path as the file system takes it. */
export type LocalPath = string | Buffer

/** Names from a root, as bytes with slashes between; empty for the root itself. */
export interface FolderPlace {
  readonly root: number
  readonly path: Buffer
}

export interface OpenFolder {
  /** What lies in it under this name. */
  pathOf(name: Buffer): LocalPath
  /** The folder itself, for its own mode, owner and time: open, or a path. */
  readonly self: number | LocalPath
}

interface HeldFolder extends OpenFolder {
  readonly fd: number | undefined
}

const descriptorFolder = '/proc/self/fd'
const openFoldersMax = 128
const slash = 0x2f
const openFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)
/** Linux: a folder that may be passed through but not read. */
export const pathOnlyFlag = 0o10000000

export class Folders {
  private readonly roots: readonly LocalPath[]
  private readonly held = new Map<string, HeldFolder>()
  /** The folder asked for last: files come folder by folder. */
  private last: { readonly place: FolderPlace; readonly folder: HeldFolder } | undefined
  private readonly hasDescriptors = process.platform === 'linux' && existsSync(descriptorFolder)

  /** Absolute paths, taken as they are: what leads to a root may be a symlink, what is below may not. */
  constructor(roots: readonly LocalPath[]) {
    this.roots = roots
  }

  /** @throws ErrnoException; `ELOOP` or `ENOTDIR` when something on the way is no folder */
  at(place: FolderPlace): OpenFolder {
    if (this.last?.place === place) return this.last.folder
    const folder = this.find(place)
    this.last = { place, folder }
    return folder
  }

  /** Closes those opened longest ago. Paths and folders given before are not to be used after this. */
  trim(): void {
    for (const key of this.held.keys()) {
      if (this.held.size <= openFoldersMax) return
      this.forget(key)
    }
  }

  close(): void {
    for (const key of [...this.held.keys()]) this.forget(key)
  }

  private find(place: FolderPlace): HeldFolder {
    const key = `${place.root}:${place.path.toString('latin1')}`
    const known = this.held.get(key)
    if (known) return known
    const folder = this.open(place)
    this.held.set(key, folder)
    return folder
  }

  private open(place: FolderPlace): HeldFolder {
    const isRoot = place.path.length === 0
    const path = isRoot ? this.roots[place.root]! : this.pathOf(place)
    if (this.hasDescriptors) {
      const { fd, isReadable } = openFolder(path, { isRoot })
      const ownPath = `${descriptorFolder}/${fd}`
      return { fd, self: isReadable ? fd : ownPath, pathOf: namer(ownPath) }
    }
    if (!isRoot && !lstatSync(path).isDirectory()) throw Object.assign(new Error('ENOTDIR: not a folder'), { code: 'ENOTDIR' })
    return { fd: undefined, self: path, pathOf: namer(path) }
  }

  /** Of a folder, by the folder above it. */
  private pathOf(place: FolderPlace): LocalPath {
    const { above, name } = splitPlace(place)
    return this.at(above).pathOf(name)
  }

  private forget(key: string): void {
    this.last = undefined
    const { fd } = this.held.get(key)!
    this.held.delete(key)
    if (fd !== undefined) closeSync(fd)
  }
}

/** A folder's place as the folder above it and its own name. Not for a root. */
export function splitPlace(place: FolderPlace): { readonly above: FolderPlace; readonly name: Buffer } {
  const at = place.path.lastIndexOf(slash)
  const above = { root: place.root, path: place.path.subarray(0, Math.max(0, at)) }
  return { above, name: place.path.subarray(at + 1) }
}

function openFolder(path: LocalPath, { isRoot }: { readonly isRoot: boolean }): { fd: number; isReadable: boolean } {
  const flags = isRoot ? openFlags & ~(constants.O_NOFOLLOW ?? 0) : openFlags
  try {
    return { fd: openSync(path, flags), isReadable: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
    return { fd: openSync(path, flags | pathOnlyFlag), isReadable: false }
  }
}

/** Strings where UTF-8 can hold the name: twice as quick as bytes. */
function namer(folder: LocalPath): (name: Buffer) => LocalPath {
  const endsWithSlash = folder.at(-1) === '/' || folder.at(-1) === slash
  const bytes = Buffer.concat([Buffer.from(folder as string), Buffer.from(endsWithSlash ? '' : '/')])
  const text = typeof folder === 'string' ? bytes.toString() : undefined
  return (name) => (text !== undefined && isUtf8(name) ? text + name.toString() : Buffer.concat([bytes, name]))
}
