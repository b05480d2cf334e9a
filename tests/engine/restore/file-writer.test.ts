import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { FileEntry } from '../../../engine/index.ts'
import { writeFile } from '../../../engine/restore/file-writer.ts'
import { closeRoots, Folders, openRoots } from '../../../engine/restore/folders.ts'
import type { Over } from '../../../engine/restore/give-name.ts'
import { lookAt } from '../../../engine/restore/local-entry.ts'
import { TemporaryNames } from '../../../engine/restore/temporary-names.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('a file on its way to its name', () => {
  const { fsyncSync, renameSync } = fs
  let calls: string[] = []

  beforeEach(() => {
    calls = []
    fs.fsyncSync = (fd) => {
      calls.push('sync')
      fsyncSync(fd)
    }
    fs.renameSync = (from, to) => {
      calls.push('rename')
      renameSync(from, to)
    }
    syncBuiltinESMExports()
  })
  afterEach(() => {
    Object.assign(fs, { fsyncSync, renameSync })
    syncBuiltinESMExports()
  })

  const entry: FileEntry = {
    ...{ type: 'file', name: Buffer.from('a'), mode: 0o600, uid: 0, gid: 0, mtimeNs: 0n, extensions: [] },
    ...{ size: 3, content: { kind: 'inline', bytes: Buffer.from('new') } },
  }

  /** Into a folder with a file `a`, unless the name is to be free. */
  function written(overOf: (path: string) => Over): { readonly names: readonly string[]; readonly text: string } {
    using folder = temporaryFolder()
    const place = join(folder.path, 'place')
    mkdirSync(place)
    const over = overOf(join(place, 'a'))
    const roots = openRoots([place])
    const folders = new Folders(roots)
    const file = { folder: { root: 0, path: Buffer.alloc(0) }, name: entry.name, entry, over }
    try {
      writeFile(folders, new TemporaryNames('.growing', ''), file, (fd) => writeSync(fd, 'new'))
    } finally {
      folders.close()
      closeRoots(roots)
      calls.push(...readdirSync(place))
    }
    return { names: readdirSync(place), text: readFileSync(join(place, 'a'), 'utf8') }
  }

  test('is on the disk before it replaces another', () => {
    const whatever = (path: string): Over => {
      writeFileSync(path, 'old')
      return 'anything'
    }
    const untouched = (path: string): Over => {
      writeFileSync(path, 'old')
      return lookAt(path)!.stamp
    }
    for (const over of [whatever, untouched]) {
      calls = []
      expect(written(over)).toEqual({ names: ['a'], text: 'new' })
      expect(calls).toEqual(['sync', 'rename', 'a'])
    }
  })

  test('is not waited for where the name is free', () => {
    expect(written(() => 'nothing')).toEqual({ names: ['a'], text: 'new' })
    expect(calls).not.toContain('sync')
  })

  test('leaves nothing where something else is there by now', () => {
    const touched = (path: string): Over => {
      writeFileSync(path, 'old')
      const { stamp } = lookAt(path)!
      writeFileSync(path, 'older')
      return stamp
    }
    expect(() => written(touched)).toThrow('EEXIST')
    expect(calls).toEqual(['sync', 'a'])
  })
})
