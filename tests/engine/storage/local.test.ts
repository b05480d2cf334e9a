import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLocalStorage } from '../../../engine/storage/local.ts'
import { storageContract } from '../../contract/storage.ts'

const temporary = () => mkdtemp(join(tmpdir(), 'holdfast-storage-'))

storageContract('the storage in a folder', async () => {
  const folder = await temporary()
  return {
    storage: await openLocalStorage(folder),
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true }),
  }
})

describe('the storage in a folder', () => {
  let folder: string
  beforeEach(async () => {
    folder = await temporary()
  })
  afterEach(async () => await rm(folder, { recursive: true, force: true }))
  const bytes = Buffer.from('bytes')

  test('a folder that is not there is unreachable, not empty', async () => {
    const absent = join(folder, 'unplugged')
    await expect(openLocalStorage(absent)).rejects.toMatchObject({ fault: 'unreachable' })
    await (await openLocalStorage(absent, { create: true })).put('a', bytes)
    expect(await readFile(join(absent, 'a'))).toEqual(bytes)
  })

  test('a folder that vanishes is unreachable, not empty', async () => {
    const drive = join(folder, 'drive')
    const storage = await openLocalStorage(drive, { create: true })
    await storage.put('packs/a', bytes)
    await rm(drive, { recursive: true })
    const unreachable = { fault: 'unreachable' }
    await expect(storage.read('packs/a')).rejects.toMatchObject(unreachable)
    await expect(storage.find('packs/a')).rejects.toMatchObject(unreachable)
    await expect(Array.fromAsync(storage.list('packs'))).rejects.toMatchObject(unreachable)
    await expect(storage.put('packs/b', bytes)).rejects.toMatchObject(unreachable)
    await expect(storage.remove('packs/a')).rejects.toMatchObject(unreachable)
  })

  test('the root may be a link', async () => {
    await mkdir(join(folder, 'real'))
    await symlink(join(folder, 'real'), join(folder, 'link'))
    await (await openLocalStorage(join(folder, 'link'))).put('packs/a', bytes)
    expect(await readFile(join(folder, 'real/packs/a'))).toEqual(bytes)
  })

  test('a link inside is never followed, neither folder nor file', async () => {
    const root = join(folder, 'root')
    const outside = join(folder, 'outside')
    const storage = await openLocalStorage(root, { create: true })
    await mkdir(outside)
    await writeFile(join(outside, 'secret'), 'secret')
    await symlink(outside, join(root, 'packs'))
    await symlink(join(outside, 'secret'), join(root, 'file'))
    const denied = { fault: 'denied' }
    await expect(storage.read('packs/secret')).rejects.toMatchObject(denied)
    await expect(storage.read('file')).rejects.toMatchObject(denied)
    await expect(storage.put('packs/new', bytes)).rejects.toMatchObject(denied)
    await expect(storage.remove('packs/secret')).rejects.toMatchObject(denied)
    await expect(Array.fromAsync(storage.list('packs'))).rejects.toMatchObject(denied)
    await expect(storage.put('file', bytes)).rejects.toMatchObject({ name: 'StorageError' })
    expect(await readdir(outside)).toEqual(['secret'])
    expect(await readFile(join(outside, 'secret'), 'utf8')).toBe('secret')
  })

  test('nothing is left in tmp/, whether it went well or not', async () => {
    const storage = await openLocalStorage(folder)
    await storage.put('a', bytes)
    await storage.put('a', bytes)
    await storage.replace('b', bytes)
    await expect(storage.put('a', Buffer.from('others'))).rejects.toThrow()
    await mkdir(join(folder, 'c'))
    await expect(storage.replace('c', bytes)).rejects.toThrow()
    expect(await readdir(join(folder, 'tmp'))).toEqual([])
  })

  test('names left in tmp/ by an earlier process are stepped over', async () => {
    const storage = await openLocalStorage(folder)
    await mkdir(join(folder, 'tmp'))
    for (const count of [1, 2, 3]) await writeFile(join(folder, 'tmp', `${process.pid}-${count}`), 'left')
    await storage.put('a', bytes)
    expect(await readFile(join(folder, 'a'))).toEqual(bytes)
    expect(await readdir(join(folder, 'tmp'))).toHaveLength(3)
  })

  test('every file and folder is made durable before put resolves', async () => {
    const synced: number[] = []
    const storage = await openLocalStorage(folder, {
      sync: async (file) => {
        synced.push((await file.stat()).ino)
        await file.sync()
      },
    })
    await storage.put('packs/ab/file', bytes)
    const inode = async (name: string) => (await stat(join(folder, name))).ino
    // the new folders' parents on the way down, the file, then the folder that holds its name
    const [root, packs, ab, file] = [
      await inode('.'),
      await inode('packs'),
      await inode('packs/ab'),
      await inode('packs/ab/file'),
    ]
    expect(synced).toEqual([root, packs, root, file, ab])
  })

  test('after a failed fsync the volume is read-only: nothing is named, nothing more is written', async () => {
    let isBroken = true
    const storage = await openLocalStorage(folder, {
      sync: async (file) => {
        if (isBroken && (await file.stat()).isFile()) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' })
      },
    })
    await expect(storage.put('a', bytes)).rejects.toMatchObject({ fault: 'read-only' })
    isBroken = false
    await expect(storage.put('b', bytes)).rejects.toMatchObject({ fault: 'read-only' })
    await expect(storage.replace('b', bytes)).rejects.toMatchObject({ fault: 'read-only' })
    await expect(storage.remove('b')).rejects.toMatchObject({ fault: 'read-only' })
    expect(await storage.find('a')).toBeUndefined()
  })
})

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mounts()

describe.runIf(canMount)('the storage in a folder, on a volume of 1 MiB', () => {
  let volume: string
  beforeEach(async () => {
    volume = await temporary()
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'holdfast-test', volume])
  })
  afterEach(async () => {
    execFileSync('umount', [volume])
    await rm(volume, { recursive: true })
  })

  test('a full disk is `full`, nothing half-made is left, and removing still works', async () => {
    const storage = await openLocalStorage(volume)
    await storage.put('packs/small', Buffer.alloc(600 * 1024, 1))
    await expect(storage.put('packs/large', Buffer.alloc(600 * 1024, 2))).rejects.toMatchObject({ fault: 'full' })
    expect(await storage.find('packs/large')).toBeUndefined()
    expect(await readdir(join(volume, 'tmp'))).toEqual([])
    expect((await storage.read('packs/small')).length).toBe(600 * 1024)
    await storage.remove('packs/small')
    await storage.put('packs/large', Buffer.alloc(600 * 1024, 2))
  })

  test('a volume mounted read-only is `read-only`', async () => {
    const storage = await openLocalStorage(volume)
    await storage.put('packs/small', Buffer.from('small'))
    execFileSync('mount', ['-o', 'remount,ro', volume])
    await expect(storage.put('packs/large', Buffer.from('x'))).rejects.toMatchObject({ fault: 'read-only' })
    expect((await storage.read('packs/small')).toString()).toBe('small')
  })
})

function mounts(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'holdfast-probe', tmpdir()], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}
