// A storage in a folder of this machine. A file is written under a name of its own in tmp/, made durable, and only then given its
// name by `link`, which never replaces: whatever moment the power fails at, a name is absent or whole. The folder may be a symlink;
// nothing inside it is followed.

import { constants } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, readdir, realpath, rename, unlink } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { readDirect, writeDirect } from './direct-io.ts'
import { codeOf, storageError, withFault } from './local-faults.ts'
import { checkStorageName, type PutOptions, pieceMaxBytes, type ReadRange, type Storage, type StoredFile } from './storage.ts'

export interface LocalStorageOptions {
  /** Make the folder when it is not there; otherwise that is `unreachable`: a drive that is not plugged in must not look empty. */
  readonly create?: boolean
  /** Makes an open file or folder durable; fsync unless a test stands in for a failing disk. */
  readonly sync?: (file: FileHandle) => Promise<void>
}

const temporaryFolder = 'tmp'
/** Names in tmp/ that a process before this one, with the same number, may have left. */
const temporaryTriesMax = 10_000
const folderMode = 0o700
const fileMode = 0o600
/** Systems where a folder cannot be opened, and is durable without. */
const canSyncFolders = process.platform !== 'win32'
const noFollow = constants.O_NOFOLLOW ?? 0
/** What `link` says where files cannot have two names. */
const linkRefused = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EXDEV'])

/** @throws StorageError `unreachable` when the folder is not there */
export async function openLocalStorage(folder: string, options: LocalStorageOptions = {}): Promise<Storage> {
  try {
    if (options.create) await mkdir(folder, { recursive: true, mode: folderMode })
    return new LocalStorage(await realpath(resolve(folder)), options.sync ?? ((file) => file.sync()))
  } catch (error) {
    if (codeOf(error) === 'ENOENT') throw withFault('unreachable', `the folder ${folder} is not there`, error)
    throw storageError(error, folder)
  }
}

class LocalStorage implements Storage {
  private readonly root: string
  private readonly sync: (file: FileHandle) => Promise<void>
  private temporaryCount = 0
  private isReadOnly = false
  private naming: Promise<void> = Promise.resolve()

  constructor(root: string, sync: (file: FileHandle) => Promise<void>) {
    this.root = root
    this.sync = sync
  }

  put(name: string, bytes: Uint8Array, options?: PutOptions): Promise<void> {
    return this.guarded(name, async (path) => {
      const temporary = await this.writeTemporary(bytes, options)
      try {
        const isNew = await this.giveName(temporary, path)
        if (!isNew) await this.expectSame(name, path, bytes)
      } finally {
        await unlink(temporary).catch(ignoreAbsent)
      }
      await this.syncFolder(dirname(path))
    })
  }

  replace(name: string, bytes: Uint8Array, options?: PutOptions): Promise<void> {
    return this.guarded(name, async (path) => {
      const temporary = await this.writeTemporary(bytes, options)
      try {
        await rename(temporary, path)
      } catch (error) {
        await unlink(temporary).catch(ignoreAbsent)
        throw error
      }
      await this.syncFolder(dirname(path))
    })
  }

  async read(name: string, range?: ReadRange): Promise<Buffer> {
    checkStorageName(name)
    try {
      const path = await this.place(name)
      await using file = await open(path, constants.O_RDONLY | noFollow)
      const stat = await file.stat()
      if (!stat.isFile()) throw withFault('denied', `${name} is not a file`)
      const start = range?.start ?? 0
      const length = Math.max(0, Math.min(range?.length ?? stat.size, stat.size - start))
      const fromDisk = range?.isFromDisk ? await readDirect(path, { start, length }) : undefined
      return fromDisk ?? (await readFully(file, start, length))
    } catch (error) {
      throw await this.explained(error, name)
    }
  }

  async find(name: string): Promise<number | undefined> {
    checkStorageName(name)
    try {
      const stat = await lstat(await this.place(name))
      return stat.isFile() ? stat.size : undefined
    } catch (error) {
      const explained = await this.explained(error, name)
      if (explained.fault === 'absent') return undefined
      throw explained
    }
  }

  async *list(folder: string): AsyncIterable<StoredFile> {
    checkStorageName(folder)
    try {
      await this.place(`${folder}/x`)
    } catch (error) {
      const explained = await this.explained(error, folder)
      if (explained.fault === 'absent') return
      throw explained
    }
    yield* this.listBelow(folder)
  }

  remove(name: string): Promise<void> {
    return this.guarded(
      name,
      async (path) => {
        await unlink(path)
        await this.syncFolder(dirname(path))
      },
      { isAbsentFine: true },
    )
  }

  private async *listBelow(folder: string): AsyncIterable<StoredFile> {
    const entries = await readdir(join(this.root, folder), { withFileTypes: true }).catch(async (error: unknown) => {
      const explained = await this.explained(error, folder)
      if (explained.fault === 'absent') return []
      throw explained
    })
    // A folder sorts as its files do, by the slash behind its name.
    const keyed = entries.map((entry) => ({ entry, key: entry.isDirectory() ? `${entry.name}/` : entry.name }))
    keyed.sort((a, b) => (a.key < b.key ? -1 : 1))
    for (const { entry } of keyed) {
      const name = `${folder}/${entry.name}`
      if (!isStorageName(name)) continue
      if (entry.isDirectory()) yield* this.listBelow(name)
      else if (entry.isFile()) {
        const sizeBytes = await this.find(name)
        if (sizeBytes !== undefined) yield { name, sizeBytes } // else removed meanwhile
      }
    }
  }

  /** Runs a change of the storage and says in its words what went wrong. */
  private async guarded(
    name: string,
    change: (path: string) => Promise<void>,
    options?: { isAbsentFine: boolean },
  ): Promise<void> {
    checkStorageName(name)
    if (this.isReadOnly) throw withFault('read-only', `${name}: this volume failed to make bytes durable before`)
    try {
      const path = options?.isAbsentFine ? await this.place(name) : await this.makePlace(name)
      await change(path)
    } catch (error) {
      const explained = await this.explained(error, name)
      if (options?.isAbsentFine && explained.fault === 'absent') return
      throw explained
    }
  }

  /** The path of a name whose folder is there and really lies in the root: a symlink on the way is refused. */
  private async place(name: string): Promise<string> {
    const path = join(this.root, ...name.split('/'))
    const folder = dirname(path)
    const real = await realpath(folder)
    if (real !== folder) throw withFault('denied', `${name}: a folder on its way is a link to ${real}`)
    return path
  }

  private async makePlace(name: string): Promise<string> {
    try {
      return await this.place(name)
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error
    }
    const parts = name.split('/').slice(0, -1)
    for (let depth = 1; depth <= parts.length; depth++) await this.makeFolder(join(this.root, ...parts.slice(0, depth)))
    return await this.place(name)
  }

  private async makeFolder(folder: string): Promise<void> {
    try {
      await mkdir(folder, { mode: folderMode })
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return
      throw error
    }
    await this.syncFolder(dirname(folder))
  }

  private async writeTemporary(bytes: Uint8Array, options: PutOptions = {}): Promise<string> {
    const { path, file } = await this.openTemporary()
    try {
      await writeFully(file, path, bytes, options)
      await this.makeDurable(file)
      await file.close()
      return path
    } catch (error) {
      await file.close().catch(() => undefined)
      await unlink(path).catch(ignoreAbsent)
      throw error
    }
  }

  private async openTemporary(): Promise<{ path: string; file: FileHandle }> {
    const folder = dirname(await this.makePlace(`${temporaryFolder}/x`))
    for (let attempt = 0; attempt < temporaryTriesMax; attempt++) {
      const path = join(folder, `${process.pid}-${++this.temporaryCount}`)
      try {
        return { path, file: await open(path, 'wx', fileMode) }
      } catch (error) {
        if (codeOf(error) !== 'EEXIST') throw error
      }
    }
    throw withFault('broken', `${folder} is full of unfinished files`)
  }

  /** Whether the name was free and is this file's now. */
  private async giveName(temporary: string, path: string): Promise<boolean> {
    try {
      await link(temporary, path)
      return true
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false
      if (!linkRefused.has(codeOf(error) ?? '')) throw error
    }
    return await this.alone(async () => {
      if (await lstat(path).catch(ignoreAbsent)) return false
      await rename(temporary, path)
      return true
    })
  }

  /** Rename replaces: where link is refused, one at a time looks and renames. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.naming.then(work)
    this.naming = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  private async expectSame(name: string, path: string, bytes: Uint8Array): Promise<void> {
    const there = await this.read(name)
    if (!there.equals(bytes)) throw withFault('exists-different', `${name} is there with other bytes`)
    await using file = await open(path, constants.O_RDONLY | noFollow)
    await this.makeDurable(file) // whoever wrote it may not have come to that yet
  }

  private async syncFolder(folder: string): Promise<void> {
    if (!canSyncFolders) return
    await using handle = await open(folder, constants.O_RDONLY)
    await this.makeDurable(handle)
  }

  /** After a failed fsync nobody knows what is on the disk, and a second one may lie: nothing more is written here. */
  private async makeDurable(file: FileHandle): Promise<void> {
    try {
      await this.sync(file)
    } catch (error) {
      if (codeOf(error) === 'ENOSPC' || codeOf(error) === 'EDQUOT') throw error
      this.isReadOnly = true
      throw withFault('read-only', 'the volume could not make bytes durable', error)
    }
  }

  private async explained(error: unknown, name: string) {
    if (codeOf(error) === 'ENOENT' && !(await lstat(this.root).catch(ignoreAbsent)))
      return withFault('unreachable', `the folder ${this.root}${sep} is no longer there`, error)
    return storageError(error, name)
  }
}

async function readFully(file: FileHandle, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, start + done)
    if (bytesRead === 0) break // it became shorter while it was read
    done += bytesRead
  }
  return bytes.subarray(0, done)
}

/** As much at once as costs no more to ask for. */
const atOnceBytes = 4 * 1024 * 1024

async function writeFully(file: FileHandle, path: string, bytes: Uint8Array, { beforePiece }: PutOptions): Promise<void> {
  const pieces = { beforePiece, atOnceBytes: beforePiece === undefined ? atOnceBytes : pieceMaxBytes }
  for (let done = await writeDirect(path, bytes, pieces); done < bytes.length; ) {
    const length = Math.min(pieces.atOnceBytes, bytes.length - done)
    await beforePiece?.(length)
    done += (await file.write(bytes, done, length, done)).bytesWritten
  }
}

function isStorageName(name: string): boolean {
  try {
    checkStorageName(name)
    return true
  } catch {
    return false
  }
}

function ignoreAbsent(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error
}
