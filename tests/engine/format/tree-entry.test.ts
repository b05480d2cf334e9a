import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader, ByteWriter } from '../../../engine/format/bytes.ts'
import { childIds, readTreeEntry, writeTreeEntry } from '../../../engine/format/tree-entry.ts'
import type { TreeEntry } from '../../../engine/index.ts'
import { parseChunkId } from '../../../engine/index.ts'
import { entries, written } from '../arbitraries.ts'
import { decodesOrRefuses, faultOf, withBitFlipped } from '../expect-format-error.ts'

const id = parseChunkId(Buffer.alloc(32, 7))
const file: TreeEntry = {
  name: Buffer.from('a'),
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeNs: -1n,
  extensions: [],
  type: 'file',
  size: 0,
  content: { kind: 'empty' },
}

function encode(entry: TreeEntry): Buffer {
  const to = new ByteWriter(16)
  writeTreeEntry(to, entry)
  return written(to)
}

function decode(bytes: Buffer): TreeEntry {
  const from = new ByteReader(bytes, 'tree-damaged')
  const entry = readTreeEntry(from)
  from.end()
  return entry
}

/** An entry as today's writer would write it if nobody had checked anything. */
const unchecked = (changes: object): Buffer => encode({ ...file, ...changes } as TreeEntry)

describe('a tree entry', () => {
  test('comes back', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        expect(decode(encode(entry))).toEqual(entry)
      }),
    )
  })

  test('has one spelling: whatever decodes is what would be written', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (entry, bit) => {
        const bytes = encode(entry)
        const changed = withBitFlipped(bytes, bit % (bytes.length * 8))
        const decoded = decodesOrRefuses(() => decode(changed))
        if (decoded) expect(encode(decoded.value)).toEqual(changed)
      }),
      { numRuns: 3_000 },
    )
  })

  test('that is cut off is refused, wherever', () => {
    fc.assert(
      fc.property(entries, (entry) => {
        const bytes = encode(entry)
        for (let length = 0; length < bytes.length; length++) faultOf(() => decode(bytes.subarray(0, length)))
      }),
    )
  })

  test.each([
    { title: 'no name', changes: { name: Buffer.alloc(0) } },
    { title: 'the name .', changes: { name: Buffer.from('.') } },
    { title: 'the name ..', changes: { name: Buffer.from('..') } },
    { title: 'a slash in its name', changes: { name: Buffer.from('a/b') } },
    { title: 'a NUL in its name', changes: { name: Buffer.from('a\0') } },
    { title: 'a size and no content', changes: { size: 1 } },
    { title: 'an inline content of nothing', changes: { content: { kind: 'inline', bytes: Buffer.alloc(0) } } },
    { title: 'no chunks', changes: { content: { kind: 'chunks', items: [] } } },
    { title: 'a chunk of nothing', changes: { content: { kind: 'chunks', items: [{ kind: 'data', length: 0, id }] } } },
    {
      title: 'chunks of another size',
      changes: { size: 9, content: { kind: 'chunks', items: [{ kind: 'data', length: 8, id }] } },
    },
    { title: 'a link to nothing', changes: { type: 'symlink', target: Buffer.alloc(0) } },
    { title: 'a link with NUL', changes: { type: 'symlink', target: Buffer.from('a\0b') } },
    { title: 'an extension without a key', changes: { extensions: [{ key: Buffer.alloc(0), value: id }] } },
    {
      title: 'extensions out of order',
      changes: { extensions: ['b', 'a'].map((key) => ({ key: Buffer.from(key), value: id })) },
    },
    { title: 'one extension twice', changes: { extensions: ['a', 'a'].map((key) => ({ key: Buffer.from(key), value: id })) } },
  ])('with $title is damage', ({ changes }) => {
    expect(faultOf(() => decode(unchecked(changes)))).toBe('tree-damaged')
  })

  test.each([
    { title: 'a name of 1,025 bytes', changes: { name: Buffer.alloc(1_025, 'n') } },
    { title: 'a mode of 13 bits', changes: { mode: 0o10000 } },
    { title: 'an owner of 33 bits', changes: { uid: 2 ** 32 } },
    { title: 'a link target of 64 KiB and a byte', changes: { type: 'symlink', target: Buffer.alloc(65_537, 't') } },
    {
      title: 'a chunk above 8 MiB',
      changes: { size: 8_388_609, content: { kind: 'chunks', items: [{ kind: 'data', length: 8_388_609, id }] } },
    },
    {
      title: '17 chunks',
      changes: { size: 17, content: { kind: 'chunks', items: Array.from({ length: 17 }, () => ({ kind: 'hole', length: 1 })) } },
    },
    {
      title: '257 extensions',
      changes: {
        extensions: Array.from({ length: 257 }, (_, n) => ({ key: Buffer.from([1, n >>> 8, n & 255]), value: Buffer.alloc(0) })),
      },
    },
    {
      title: 'extensions of more than 512 KiB',
      changes: { extensions: Array.from({ length: 9 }, (_, n) => ({ key: Buffer.from([n + 1]), value: Buffer.alloc(60_000) })) },
    },
  ])('with $title is above a limit', ({ changes }) => {
    expect(faultOf(() => decode(unchecked(changes)))).toBe('limit-exceeded')
  })

  test.each([
    { title: 'type', at: 2, values: [0, 6, 255] },
    { title: 'content', at: 16, values: [4, 255] },
  ])('of an unknown $title is damage', ({ at, values }) => {
    for (const value of values) {
      const bytes = encode(file)
      bytes[at] = value
      expect(faultOf(() => decode(bytes))).toBe('tree-damaged')
    }
  })

  test('names its children in order, holes left out', () => {
    const other = parseChunkId(Buffer.alloc(32, 8))
    const items = [
      { kind: 'data', length: 1, id },
      { kind: 'hole', length: 5 },
      { kind: 'data', length: 1, id: other },
    ] as const
    expect([...childIds({ ...file, size: 7, content: { kind: 'chunks', items } })]).toEqual([id, other])
    expect([...childIds({ ...file, size: 7, content: { kind: 'list', id } })]).toEqual([id])
    expect([...childIds(file)]).toEqual([])
  })

  test.each([
    { title: 'times beyond the years 1677 to 2262', changes: { mtimeNs: 2n ** 63n } },
    {
      title: 'a hole of 4 PiB',
      changes: { size: 2 ** 52, content: { kind: 'chunks', items: [{ kind: 'hole', length: 2 ** 52 }] } },
    },
    { title: 'an inode of no 64 bits', changes: { type: 'hardlink', device: 1n, inode: -1n } },
  ])('is not written with $title', ({ changes }) => {
    expect(() => unchecked(changes)).toThrow(RangeError)
  })
})
