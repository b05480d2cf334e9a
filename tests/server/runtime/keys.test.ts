import { chmodSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { getBoxId, isNewDataFolder, openDataFolder } from '../../../server/runtime/data-folder.ts'
import { openMasterKey } from '../../../server/runtime/master-key.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { replaceFileSync } from '../../../server/runtime/replace-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('the master key', () => {
  const open = (file: string, mayCreate: boolean) => openMasterKey({ file, mayCreate, randomness: systemRandomness })

  test('of a new box is made once, for its owner to read only', () => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'master.key')
    const key = open(file, true)
    expect(key).toHaveLength(32)
    expect(open(file, true)).toEqual(key)
    expect(statSync(file).mode & 0o777).toBe(0o400)
  })

  test('that was lost is not made again', () => {
    using folder = temporaryFolder()
    expect(() => open(join(folder.path, 'master.key'), false)).toThrow('is missing')
  })

  test.each([0, 31, 33, 64])('of %i bytes is refused', (length) => {
    using folder = temporaryFolder()
    const file = join(folder.path, 'master.key')
    writeFileSync(file, Buffer.alloc(length))
    expect(() => open(file, true)).toThrow(`${length} bytes. Allowed: exactly 32.`)
  })
})

describe('the data folder', () => {
  test('is closed to others, even when it was open before', () => {
    using folder = temporaryFolder()
    chmodSync(folder.path, 0o755)
    const dataFolder = openDataFolder(folder.path)
    expect(statSync(dataFolder).mode & 0o777).toBe(0o700)
    for (const name of ['keys', 'logs', 'repositories', 'tls', 'tmp']) {
      expect(statSync(join(dataFolder, name)).mode & 0o777).toBe(0o700)
    }
  })

  test('has one id, and is new until it has it', () => {
    using folder = temporaryFolder()
    const dataFolder = openDataFolder(folder.path)
    expect(isNewDataFolder(dataFolder)).toBe(true)
    const id = getBoxId(dataFolder, systemRandomness)
    expect(id).toMatch(/^box_[a-z2-7]{20}$/)
    expect(getBoxId(dataFolder, systemRandomness)).toBe(id)
    expect(isNewDataFolder(dataFolder)).toBe(false)
  })
})

test('a replaced file is whole, with its mode, and nothing is left beside it', () => {
  using folder = temporaryFolder()
  const file = join(folder.path, 'f')
  replaceFileSync(file, 'long content of the first', { mode: 0o600 })
  writeFileSync(`${file}.new`, 'of a replacement that was cut off, and longer than the next')
  replaceFileSync(file, 'second', { mode: 0o600 })
  expect(readFileSync(file, 'utf8')).toBe('second')
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(() => rmSync(`${file}.new`)).toThrow()
})
