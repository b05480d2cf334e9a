import { randomBytes } from 'node:crypto'
import { closeSync, openSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { holdsBytes, readAt } from '../../../engine/restore/proved-bytes.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

describe('what was written', () => {
  const bytes = randomBytes(2 * 1024 * 1024 + 5)
  const flipped = (at: number) => {
    const other = Buffer.from(bytes)
    other[at]! ^= 1
    return other
  }
  test.each([
    { title: 'the same', written: bytes, expected: true },
    { title: 'longer, the same so far', written: Buffer.concat([bytes, bytes]), expected: true },
    { title: 'another first byte', written: flipped(0), expected: false },
    { title: 'another byte behind the first MiB', written: flipped(1024 * 1024), expected: false },
    { title: 'another last byte', written: flipped(bytes.length - 1), expected: false },
    { title: 'one byte less', written: bytes.subarray(0, -1), expected: false },
    { title: 'nothing', written: Buffer.alloc(0), expected: false },
  ])('reads back: $title, $expected', ({ written, expected }) => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'file')
    writeFileSync(path, Buffer.concat([Buffer.from('before'), written]))
    const fd = openSync(path, 'r')
    try {
      expect(holdsBytes(fd, 6, bytes)).toBe(expected)
      // Also against what was just read from a file: the two share no memory.
      expect(holdsBytes(fd, 6, readAt(fd, 0, 6))).toBe(false)
    } finally {
      closeSync(fd)
    }
  })
})
