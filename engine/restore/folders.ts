// The folders that a restore writes into. A folder is opened once, name by name from its root, never through a symlink, and then used
// by its open descriptor (/proc/self/fd/N/name): whatever is renamed or swapped for a link meanwhile, what is written lands in the
// folder that was checked. Where there is no /proc, paths are used, each name checked when the folder is opened.
//
// A root is opened once for all threads, and stays open to the end: what lies at its path later, when a disk was taken out or somebody
// has put a link there, is not asked.

import { isUtf8 } from 'node:buffer'
import { closeSync, constants, existsSync, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs'

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

/** A folder that others are reached from. */
export interface Root {
  readonly path: LocalPath
  /** Open in this process; undefined where there is no /proc. */
  readonly fd: number | undefined
  readonly isReadable: boolean
  /** Tell whether it is still the same one where paths are used. */
  readonly dev: bigint
  readonly ino: bigint
}

interface HeldFolder extends OpenFolder {
  readonly fd: number | undefined
}

const descriptorFolder = '/proc/self/fd'
const hasDescriptors = process.platform === 'linux' && existsSync(descriptorFolder)
const openFoldersMax = 128
const slash = 0x2f
const openFlags = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0) | (constants.O_NOFOLLOW ?? 0)
/** Linux: a folder that may be passed through but not read. */
export const pathOnlyFlag = 0o10000000

export class Folders {
  private readonly roots: readonly Root[]
  /** By their numbers; never closed here. */
  private readonly openRoots = new Map<number, HeldFolder>()
  private readonly held = new Map<string, HeldFolder>()
  /** The folder asked for last: files come folder by folder. */
  private last: { readonly place: FolderPlace; readonly folder: HeldFolder } | undefined

  constructor(roots: readonly Root[]) {
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
    if (place.path.length === 0) return this.root(place.root)
    const key = `${place.root}:${place.path.toString('latin1')}`
    const known = this.held.get(key)
    if (known) return known
    const folder = this.open(place)
    this.held.set(key, folder)
    return folder
  }

  private open(place: FolderPlace): HeldFolder {
    const path = this.pathOf(place)
    if (hasDescriptors) return byDescriptor(openFolder(path))
    if (!lstatSync(path).isDirectory()) throw notAFolder('ENOTDIR: not a folder')
    return { fd: undefined, self: path, pathOf: namer(path) }
  }

  private root(number: number): HeldFolder {
    const known = this.openRoots.get(number)
    if (known) return known
    const { path, fd, isReadable, dev, ino } = this.roots[number]!
    if (fd === undefined) {
      const now = lstatSync(path, { bigint: true })
      if (now.dev !== dev || now.ino !== ino) throw notAFolder('ENOTDIR: not the folder any more that it was')
    }
    const folder = fd === undefined ? { fd, self: path, pathOf: namer(path) } : byDescriptor({ fd, isReadable })
    this.openRoots.set(number, folder)
    return folder
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

/** Real paths. @throws ErrnoException, `ELOOP` when one leads elsewhere by now */
export function openRoots(paths: readonly LocalPath[]): readonly Root[] {
  const roots: Root[] = []
  try {
    for (const path of paths) roots.push(openRoot(path))
    return roots
  } catch (error) {
    closeRoots(roots)
    throw error
  }
}

/** When no thread uses them any more. */
export function closeRoots(roots: readonly Root[]): void {
  for (const { fd } of roots) if (fd !== undefined) closeSync(fd)
}

function openRoot(path: LocalPath): Root {
  if (!hasDescriptors) {
    const { dev, ino } = lstatSync(path, { bigint: true })
    return { path, fd: undefined, isReadable: true, dev, ino }
  }
  const opened = openFolder(path)
  const { dev, ino } = fstatSync(opened.fd, { bigint: true })
  const root = { path, ...opened, dev, ino }
  // A folder above may have been swapped for a link since the path was found out.
  if (readlinkSync(`${descriptorFolder}/${opened.fd}`, 'buffer').equals(Buffer.from(path as string))) return root
  closeRoots([root])
  throw Object.assign(new Error(`ELOOP: ${path} leads somewhere else by now`), { code: 'ELOOP' })
}

interface OpenedFolder {
  readonly fd: number
  readonly isReadable: boolean
}

function openFolder(path: LocalPath): OpenedFolder {
  try {
    return { fd: openSync(path, openFlags), isReadable: true }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error
    return { fd: openSync(path, openFlags | pathOnlyFlag), isReadable: false }
  }
}

function byDescriptor({ fd, isReadable }: OpenedFolder): HeldFolder {
  const ownPath = `${descriptorFolder}/${fd}`
  return { fd, self: isReadable ? fd : ownPath, pathOf: namer(ownPath) }
}

function notAFolder(message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code: 'ENOTDIR' })
}

/** Strings where UTF-8 can hold the name: twice as quick as bytes. */
function namer(folder: LocalPath): (name: Buffer) => LocalPath {
  const endsWithSlash = folder.at(-1) === '/' || folder.at(-1) === slash
  const bytes = Buffer.concat([Buffer.from(folder as string), Buffer.from(endsWithSlash ? '' : '/')])
  const text = typeof folder === 'string' ? bytes.toString() : undefined
  return (name) => (text !== undefined && isUtf8(name) ? text + name.toString() : Buffer.concat([bytes, name]))
}
