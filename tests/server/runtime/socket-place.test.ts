import { chmodSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findSocketPlace, openSocketPlace } from '../../../server/runtime/socket-place.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const longName = 'a data folder with a name that is far too long for the address of a unix socket '.repeat(2).trim()

describe('the place of a socket', () => {
  test('is the data folder where its path fits', () => {
    using folder = temporaryFolder()
    const place = join(folder.path, 'control.sock')
    expect(openSocketPlace({ dataFolder: folder.path, name: 'control', temporaryFolders: [] })).toBe(place)
    expect(findSocketPlace({ dataFolder: folder.path, name: 'control' })).toBe(place)
  })

  test('is a private folder elsewhere where it does not, and stays the same', () => {
    using long = longFolder()
    const { path } = long
    expect(findSocketPlace({ dataFolder: path, name: 'control' })).toBeUndefined()
    const place = long.open()
    expect(Buffer.byteLength(place)).toBeLessThanOrEqual(107)
    expect(statSync(dirname(place)).mode & 0o777).toBe(0o700)
    expect(JSON.parse(readFileSync(join(path, 'control.json'), 'utf8'))).toEqual({ socketPath: place })
    expect(long.open()).toBe(place)
    expect(findSocketPlace({ dataFolder: path, name: 'control' })).toBe(place)
  })

  test.each<{ title: string; change: (folder: string, file: string) => void }>([
    { title: 'is gone, as after a new boot', change: (folder) => rmSync(folder, { recursive: true }) },
    { title: 'is open to others', change: (folder) => chmodSync(folder, 0o770) },
    {
      title: 'is a link by now',
      change: (folder) => {
        rmSync(folder, { recursive: true })
        symlinkSync('/tmp', folder)
      },
    },
    { title: 'was never written down whole', change: (_folder, file) => writeFileSync(file, '{"socket') },
  ])('is another one when the known folder $title', ({ change }) => {
    using long = longFolder()
    const first = long.open()
    change(dirname(first), join(long.path, 'control.json'))
    expect(findSocketPlace({ dataFolder: long.path, name: 'control' })).toBeUndefined()
    expect(long.open()).not.toBe(first)
  })

  test('is the first temporary folder that takes one', () => {
    using long = longFolder()
    expect(long.open(['/proc/none'])).toContain('holdfast-')
  })
})

function longFolder() {
  const folder = temporaryFolder()
  const path = join(folder.path, longName)
  mkdirSync(path)
  const temporary = join(folder.path, 't')
  mkdirSync(temporary)
  return {
    path,
    open: (before: readonly string[] = []) =>
      openSocketPlace({ dataFolder: path, name: 'control', temporaryFolders: [...before, temporary] }),
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}
