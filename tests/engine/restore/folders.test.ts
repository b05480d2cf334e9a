import { lchownSync, mkdirSync, readdirSync, readFileSync, realpathSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { placeItems } from '../../../engine/restore/destination.ts'
import { closeRoots, Folders, openRoots, splitPlace } from '../../../engine/restore/folders.ts'
import { deepestTrusted } from '../../../engine/restore/trusted-folders.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** As a restore has them: the roots are not theirs to close. */
function foldersOf(root: string) {
  const roots = openRoots([root])
  const folders = new Folders(roots)
  return {
    at: (place: ReturnType<typeof at>) => folders.at(place),
    trim: () => folders.trim(),
    close() {
      folders.close()
      closeRoots(roots)
    },
  }
}

const at = (path: string | Buffer) => ({ root: 0, path: Buffer.from(path as string) })

describe('the folders of a restore', () => {
  test('are reached name by name, also by names that are no text', () => {
    using folder = temporaryFolder()
    const odd = Buffer.from([0xff, 0x0a, 0xe9])
    mkdirSync(Buffer.concat([Buffer.from(`${folder.path}/a/`), odd]), { recursive: true })
    const folders = foldersOf(folder.path)
    writeFileSync(folders.at(at(Buffer.concat([Buffer.from('a/'), odd]))).pathOf(odd), 'found')
    const path = Buffer.concat([Buffer.from(`${folder.path}/a/`), odd, Buffer.from('/'), odd])
    expect(readFileSync(path, 'utf8')).toBe('found')
    folders.close()
  })

  test.each(['link', 'link/below', 'a/link'])('are not reached through a link: %s', (path) => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'elsewhere/below'), { recursive: true })
    mkdirSync(join(folder.path, 'root/a'), { recursive: true })
    symlinkSync(join(folder.path, 'elsewhere'), join(folder.path, 'root/link'))
    symlinkSync(join(folder.path, 'elsewhere'), join(folder.path, 'root/a/link'))
    const folders = foldersOf(join(folder.path, 'root'))
    expect(() => folders.at(at(path))).toThrow(/ELOOP|ENOTDIR/)
    folders.close()
  })

  test.runIf(process.platform === 'linux')('stay the ones they were when they were opened, whatever takes their name', () => {
    using folder = temporaryFolder()
    for (const name of ['root/a', 'outside']) mkdirSync(join(folder.path, name), { recursive: true })
    const folders = foldersOf(join(folder.path, 'root'))
    folders.at(at('a'))
    renameSync(join(folder.path, 'root/a'), join(folder.path, 'moved'))
    symlinkSync(join(folder.path, 'outside'), join(folder.path, 'root/a'))
    writeFileSync(folders.at(at('a')).pathOf(Buffer.from('file')), 'bytes')
    expect(readdirSync(join(folder.path, 'outside'))).toEqual([])
    expect(readdirSync(join(folder.path, 'moved'))).toEqual(['file'])
    folders.close()
  })

  test('are closed when many are open, and opened again when they are needed', () => {
    using folder = temporaryFolder()
    const names = Array.from({ length: 300 }, (_, index) => `folder ${index}`)
    for (const name of names) mkdirSync(join(folder.path, name))
    const openFiles = () => readdirSync('/proc/self/fd').length
    const before = openFiles()
    const folders = foldersOf(folder.path)
    for (const name of names) {
      folders.at(at(name))
      folders.trim()
    }
    expect(openFiles() - before).toBeLessThanOrEqual(1 + 128)
    for (const name of names) writeFileSync(folders.at(at(name)).pathOf(Buffer.from('file')), name)
    expect(names.map((name) => readFileSync(join(folder.path, name, 'file'), 'utf8'))).toEqual(names)
    folders.close()
    expect(openFiles()).toBe(before)
  })

  test.runIf(process.platform === 'linux')('hang on the root that was opened, whatever lies at its path by then', () => {
    using folder = temporaryFolder()
    const names = Array.from({ length: 300 }, (_, index) => `folder ${index}`)
    for (const name of names) mkdirSync(join(folder.path, 'root', name), { recursive: true })
    mkdirSync(join(folder.path, 'outside'))
    const folders = foldersOf(join(folder.path, 'root'))
    renameSync(join(folder.path, 'root'), join(folder.path, 'moved'))
    symlinkSync(join(folder.path, 'outside'), join(folder.path, 'root'))
    for (const name of names) {
      writeFileSync(folders.at(at(name)).pathOf(Buffer.from('file')), name)
      folders.trim()
    }
    writeFileSync(folders.at(at('')).pathOf(Buffer.from('last')), 'last')
    folders.close()
    expect(readdirSync(join(folder.path, 'outside'))).toEqual([])
    expect(readdirSync(join(folder.path, 'moved'))).toContain('last')
    expect(names.map((name) => readFileSync(join(folder.path, 'moved', name, 'file'), 'utf8'))).toEqual(names)
  })

  test.each(['root', 'above/root'])('have no root that a link has taken the place of: %s', (path) => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'elsewhere/root'), { recursive: true })
    symlinkSync(path === 'root' ? 'elsewhere/root' : 'elsewhere', join(folder.path, path.split('/')[0]!))
    expect(() => openRoots([join(folder.path, path)])).toThrow(/ELOOP|ENOTDIR/)
  })

  test('a place is the folder above it and a name', () => {
    expect(splitPlace(at('a/b/c'))).toEqual({ above: at('a/b'), name: Buffer.from('c') })
    expect(splitPlace(at('a'))).toEqual({ above: at(''), name: Buffer.from('a') })
  })
})

describe.runIf(process.platform !== 'win32')('the way to where something is restored', () => {
  const isRoot = process.geteuid?.() === 0
  /** Somebody else's. */
  const linkOf = (uid: number, target: string, path: string) => {
    symlinkSync(target, path)
    lchownSync(path, uid, uid)
  }
  const reached = (base: string, path: string) => {
    const found = deepestTrusted(
      `${base}/${path}`
        .split('/')
        .filter(Boolean)
        .map((name) => Buffer.from(name)),
    )
    return found.path.toString().slice(base.length + 1)
  }

  test.each([
    { path: 'real/below', expected: 'real/below' },
    { path: 'real/none/below', expected: 'real' },
    { path: 'real/file/below', expected: 'real' },
    { path: 'link/below', expected: 'real/below' },
    { path: 'far/below', expected: 'real/below' },
    { path: 'up', expected: 'real' },
    { path: 'dangling/below', expected: '' },
    { path: 'real/../link/./below', expected: 'real/below' },
  ])('follows our own links: $path', ({ path, expected }) => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'real/below'), { recursive: true })
    writeFileSync(join(folder.path, 'real/file'), 'file')
    symlinkSync('real', join(folder.path, 'link'))
    symlinkSync(join(folder.path, 'link'), join(folder.path, 'far'))
    symlinkSync('./real/below/..', join(folder.path, 'up'))
    symlinkSync('nowhere', join(folder.path, 'dangling'))
    expect(reached(realpathSync(folder.path), path)).toBe(expected)
  })

  test('ends when links lead round and round', () => {
    using folder = temporaryFolder()
    symlinkSync('two', join(folder.path, 'one'))
    symlinkSync('one', join(folder.path, 'two'))
    expect(() => reached(folder.path, 'one')).toThrow('one link too many')
  })

  test.runIf(isRoot)('follows no link that somebody else has made, not even behind one of ours', () => {
    using folder = temporaryFolder()
    mkdirSync(join(folder.path, 'etc'))
    linkOf(4711, 'etc', join(folder.path, 'docs'))
    symlinkSync('docs', join(folder.path, 'ours'))
    for (const path of ['docs', 'docs/below', 'ours/below'])
      expect(() => reached(folder.path, path)).toThrow('is a link that user 4711 has made')
    for (const strip of [true, false]) {
      const destination = { kind: 'folder', path: Buffer.from(join(folder.path, 'docs/new')), strip } as const
      expect(() => placeItems([], destination)).toThrow('cannot restore to')
    }
    expect(readdirSync(join(folder.path, 'etc'))).toEqual([])
  })
})
