import { mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Folders, splitPlace } from '../../../engine/restore/folders.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const at = (path: string | Buffer) => ({ root: 0, path: Buffer.from(path as string) })

describe('the folders of a restore', () => {
  test('are reached name by name, also by names that are no text', () => {
    using folder = temporaryFolder()
    const odd = Buffer.from([0xff, 0x0a, 0xe9])
    mkdirSync(Buffer.concat([Buffer.from(`${folder.path}/a/`), odd]), { recursive: true })
    const folders = new Folders([folder.path])
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
    const folders = new Folders([join(folder.path, 'root')])
    expect(() => folders.at(at(path))).toThrow(/ELOOP|ENOTDIR/)
    folders.close()
  })

  test.runIf(process.platform === 'linux')('stay the ones they were when they were opened, whatever takes their name', () => {
    using folder = temporaryFolder()
    for (const name of ['root/a', 'outside']) mkdirSync(join(folder.path, name), { recursive: true })
    const folders = new Folders([join(folder.path, 'root')])
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
    const folders = new Folders([folder.path])
    const openFiles = () => readdirSync('/proc/self/fd').length
    const before = openFiles()
    for (const name of names) {
      folders.at(at(name))
      folders.trim()
    }
    expect(openFiles() - before).toBeLessThanOrEqual(128)
    for (const name of names) writeFileSync(folders.at(at(name)).pathOf(Buffer.from('file')), name)
    expect(names.map((name) => readFileSync(join(folder.path, name, 'file'), 'utf8'))).toEqual(names)
    folders.close()
    expect(openFiles()).toBe(before)
  })

  test('a place is the folder above it and a name', () => {
    expect(splitPlace(at('a/b/c'))).toEqual({ above: at('a/b'), name: Buffer.from('c') })
    expect(splitPlace(at('a'))).toEqual({ above: at(''), name: Buffer.from('a') })
  })
})
