import { readFileSync } from 'node:fs'
import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { alignedBuffer, isAligned } from '../../../engine/index.ts'
import { openNewFile, readRange, readRoomBytes } from '../../../server/storage-volumes/direct-file.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const pieceMaxBytes = 300_000

function patterned(buffer: Buffer): Buffer {
  for (let at = 0; at < buffer.length; at += 1) buffer[at] = (at * 31 + (at >> 8)) & 0xff
  return buffer
}

describe('a new file', () => {
  test.each([
    { title: 'past the cache', isDirect: true },
    { title: 'through the cache', isDirect: false },
  ])('$title holds what was written, whatever the lengths and addresses of the pieces', async ({ isDirect }) => {
    using folder = temporaryFolder()
    const memory = patterned(alignedBuffer(pieceMaxBytes + 1))
    expect(isAligned(memory)).toBe(true)
    let number = 0
    const piece = fc.record({ length: fc.oneof(fc.constant(262_144), fc.nat(pieceMaxBytes)), shift: fc.constantFrom(0, 0, 1) })
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
        const path = join(folder.path, `${isDirect}-${number++}`)
        const file = await openNewFile(path, { isDirect })
        const written = pieces.map(({ length, shift }) => memory.subarray(shift, shift + length))
        for (const bytes of written) await file.write(bytes)
        await file.sync()
        await file.close()
        expect(readFileSync(path).equals(Buffer.concat(written))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('must not be there before', async () => {
    using folder = temporaryFolder()
    const path = join(folder.path, 'taken')
    await writeFile(path, 'mine')
    await expect(openNewFile(path, { isDirect: true })).rejects.toMatchObject({ code: 'EEXIST' })
    expect(readFileSync(path, 'latin1')).toBe('mine')
  })
})

describe('a range', () => {
  test('is read as it is, whichever way, as far as the file goes', async () => {
    using folder = temporaryFolder()
    const sizeBytes = 1_300_001
    const content = patterned(Buffer.alloc(sizeBytes))
    const path = join(folder.path, 'file')
    await writeFile(path, content)
    await using file = await open(path, 'r')
    await file.sync()
    const range = fc.record({
      offset: fc.nat(sizeBytes + 10),
      length: fc.integer({ min: 1, max: sizeBytes }),
      isDirect: fc.boolean(),
      isAligned: fc.boolean(),
    })
    await fc.assert(
      fc.asyncProperty(range, async (wanted) => {
        const { offset, length, isDirect } = wanted
        const buffer = wanted.isAligned
          ? alignedBuffer(length + readRoomBytes)
          : Buffer.alloc(length + readRoomBytes + 1).subarray(1)
        const bytes = await readRange(path, { offset, length, buffer, isDirect })
        expect(bytes.equals(content.subarray(offset, offset + length))).toBe(true)
      }),
      { numRuns: 100 },
    )
  })
})
