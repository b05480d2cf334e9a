import { randomBytes } from 'node:crypto'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ChunkId, ContentItem, FileEntry, PlaintextSource, TreeEntry, Version } from '../../../engine/index.ts'
import { chunkKey, openVersion, plaintextSource } from '../../../engine/index.ts'
import { type TestRepository, testRepository } from '../../support/engine-repository.ts'

const KiB = 1024
const names = Array.from({ length: 50_000 }, (_, index) => `file ${String(index).padStart(5, '0')}`)
const content = randomBytes(5_000 * KiB)

describe('a version', () => {
  let made: TestRepository
  let root: ChunkId
  let version: Version
  let read: string[]
  let sparse: FileEntry

  beforeAll(async () => {
    made = await testRepository()
    root = await made.commit((writer) => {
      const large = writer.tree(
        names.map((name) => writer.file(name, Buffer.alloc(0))),
        500,
      )
      const item = (at: number, length: number): ContentItem => ({
        kind: 'data',
        length,
        id: writer.data(content.subarray(at, at + length)),
      })
      const items: ContentItem[] = [
        item(0, 1000),
        { kind: 'hole', length: 3_000_000 },
        item(1000, 2000),
        { kind: 'hole', length: 500 },
      ]
      sparse = { ...writer.file('sparse', Buffer.alloc(0)), size: 3_003_500, content: { kind: 'chunks', items } }
      const inline = {
        ...writer.file('inline', Buffer.alloc(0)),
        size: 5,
        content: { kind: 'inline', bytes: Buffer.from('12345') },
      } as TreeEntry
      const home = writer.tree([
        writer.directory('large', large),
        writer.file('chunks', content, { chunkBytes: 400 * KiB }),
        writer.file('list', content, { chunkBytes: 200 * KiB }),
        ...[sparse, inline, writer.symlink('link', '/etc'), writer.file(Buffer.from([0xff, 0x0a]), Buffer.from('odd name'))],
      ])
      return writer.tree([writer.directory('home', home)])
    })
  })

  /** A version whose reads are noted. */
  function opened(): Version {
    read = []
    const source = plaintextSource(made.repository, made.secrets)
    const noting: PlaintextSource = {
      readPlaintexts(ids) {
        read.push(...ids.map(chunkKey))
        return source.readPlaintexts(ids)
      },
    }
    version = openVersion(noting, root)
    return version
  }
  const path = (text: string) => Buffer.from(text)
  const namesOf = (entries: readonly TreeEntry[]) => entries.map((entry) => entry.name.toString())
  const fileAt = async (text: string) => (await opened().stat(path(text))) as FileEntry
  const bytesOf = async (entry: FileEntry, range?: { start: number; end: number }) =>
    Buffer.concat(await Array.fromAsync(version.readFile(entry, range)))

  describe('says what lies at a path', () => {
    const there = [
      '',
      '/',
      'home',
      '/home/',
      '//home//large//',
      '/home/large/file 00000',
      '/home/large/file 49999',
      '/home/link',
      '/home/inline',
    ]
    test.each(there)('%j', async (text) => {
      const entry = await opened().stat(path(text))
      const last = text.split('/').filter(Boolean).at(-1) ?? ''
      expect(entry?.name.toString()).toBe(last)
    })
    test.each([
      'nothing',
      '/home/large/file 50000',
      '/home/large/a',
      '/home/large/z',
      '/home/inline/below',
      '/home/link/passwd',
      '..',
      '/home/..',
      '.',
    ])('nothing at %j', async (text) => expect(await opened().stat(path(text))).toBeUndefined())
    test('of a name that is no text', async () => {
      const odd = Buffer.concat([path('/home/'), Buffer.from([0xff, 0x0a])])
      expect(await opened().stat(odd)).toMatchObject({ type: 'file', size: 8 })
    })
    test('the root is a folder', async () => expect(await opened().stat(path(''))).toMatchObject({ type: 'directory' }))
    test('in a folder of 50,000 by reading its index and one part', async () => {
      await opened().stat(path('/home/large/file 31234'))
      expect(read).toHaveLength(4) // root, home, index, part
    })
  })

  describe('lists a folder', () => {
    test('page by page, all of it once', async () => {
      const all: string[] = []
      opened()
      for (let after: Buffer | undefined, isFirst = true; isFirst || after; isFirst = false) {
        const page = await version.listFolder(path('/home/large'), { after, limit: 1777 })
        all.push(...namesOf(page.entries))
        after = page.next
      }
      expect(all).toEqual(names)
    })

    test.each([0, 25_000, 49_900])('a page of 50,000 entries, from %i on, by reading a few parts', async (start) => {
      const after = start === 0 ? undefined : path(names[start - 1]!)
      const page = await opened().listFolder(path('/home/large'), { after, limit: 100 })
      expect(namesOf(page.entries)).toEqual(names.slice(start, start + 100))
      expect(page.next?.toString()).toBe(names[start + 100] === undefined ? undefined : names[start + 99])
      expect(read.length).toBeLessThanOrEqual(6)
    })

    test('by what its names match', async () => {
      const matches = (name: Buffer) => name.toString().endsWith('777')
      const expected = names.filter((name) => name.endsWith('777'))
      const first = await opened().listFolder(path('/home/large'), { limit: 30, matches })
      expect(namesOf(first.entries)).toEqual(expected.slice(0, 30))
      const second = await version.listFolder(path('/home/large'), { limit: 30, matches, after: first.next })
      expect(namesOf(second.entries)).toEqual(expected.slice(30))
      expect(second.next).toBeUndefined()
    })

    test('after a name that is not there', async () => {
      const page = await opened().listFolder(path('/home/large'), { after: path('file 00010x'), limit: 1 })
      expect(namesOf(page.entries)).toEqual(['file 00011'])
    })

    test('that ends exactly with a page has no next one', async () => {
      const page = await opened().listFolder(path('/home'), { limit: 7 })
      expect(page.entries).toHaveLength(7)
      expect(page.next).toBeUndefined()
    })

    test.each(['/nothing', '/home/inline'])('that is none as empty: %s', async (text) => {
      expect(await opened().listFolder(path(text), { limit: 10 })).toEqual({ entries: [], next: undefined })
    })
  })

  describe('gives the bytes of a file', () => {
    test.each(['/home/chunks', '/home/list'])('whole: %s', async (text) => {
      const entry = await fileAt(text)
      expect((await bytesOf(entry)).equals(content)).toBe(true)
    })

    const ranges = [
      { start: 0, end: 1 },
      { start: 0, end: 400 * KiB },
      { start: 400 * KiB - 1, end: 400 * KiB + 1 },
      { start: 1_234_567, end: 2_345_678 },
      { start: content.length - 1, end: content.length },
      { start: content.length - 10, end: content.length + 100 },
      { start: -5, end: 5 },
      { start: 10, end: 10 },
      { start: content.length, end: content.length + 1 },
    ]
    test.each(ranges)('from $start to $end, and no chunk more', async (range) => {
      for (const text of ['/home/chunks', '/home/list']) {
        const entry = await fileAt(text)
        read = []
        const expected = content.subarray(Math.max(0, range.start), Math.min(content.length, Math.max(0, range.end)))
        expect((await bytesOf(entry, range)).equals(expected)).toBe(true)
        const chunkBytes = text === '/home/chunks' ? 400 * KiB : 200 * KiB
        const first = Math.floor(Math.max(0, range.start) / chunkBytes)
        const last = Math.ceil(Math.min(content.length, range.end) / chunkBytes)
        const lists = text === '/home/list' && expected.length > 0 ? 1 : 0
        expect(read).toHaveLength(Math.max(0, expected.length > 0 ? last - first : 0) + lists)
      }
    })

    test('with holes, which are zeros', async () => {
      const entry = await fileAt('/home/sparse')
      const expected = Buffer.concat([
        content.subarray(0, 1000),
        Buffer.alloc(3_000_000),
        content.subarray(1000, 3000),
        Buffer.alloc(500),
      ])
      expect((await bytesOf(entry)).equals(expected)).toBe(true)
      read = []
      expect((await bytesOf(entry, { start: 2000, end: 3_000_000 })).equals(Buffer.alloc(2_998_000))).toBe(true)
      expect(read).toEqual([])
    })

    test('that lie in its folder', async () => {
      expect((await bytesOf(await fileAt('/home/inline'), { start: 1, end: 3 })).toString()).toBe('23')
    })

    test('in pieces that fit into memory, and not further than somebody reads', async () => {
      const entry = await fileAt('/home/list')
      read = []
      let pieces = 0
      for await (const piece of version.readFile(entry)) {
        expect(piece.length).toBeLessThanOrEqual(4 * 1024 * KiB)
        if (++pieces === 2) break
      }
      expect(read.length).toBeLessThanOrEqual(26)
    })

    test('and fails when a chunk is nowhere', async () => {
      const absent = {
        ...sparse,
        size: 9,
        content: { kind: 'chunks', items: [{ kind: 'data', length: 9, id: Buffer.alloc(32) as Buffer as ChunkId }] },
      } as FileEntry
      opened()
      await expect(bytesOf(absent)).rejects.toMatchObject({ name: 'MissingChunksError' })
    })
  })

  describe('walks', () => {
    test('everything in order, folders before what they hold', async () => {
      const walked = await Array.fromAsync(opened().walk(path('/')), (found) => found.path.toString('latin1'))
      expect(walked.slice(0, 4)).toEqual(['home', 'home/chunks', 'home/inline', 'home/large'])
      expect(walked.slice(4, 50_004)).toEqual(names.map((name) => `home/large/${name}`))
      expect(walked.slice(50_004)).toEqual(['home/link', 'home/list', 'home/sparse', 'home/\xff\n'])
    })
    test('a single file', async () => {
      const walked = await Array.fromAsync(opened().walk(path('/home/inline')), (found) => found.path.toString())
      expect(walked).toEqual(['home/inline'])
    })
    test('nothing where nothing is', async () => expect(await Array.fromAsync(opened().walk(path('/x')))).toEqual([]))
  })

  test('whose folder’s parts do not belong together is refused', async () => {
    const entries = ['a', 'b', 'c', 'd']
    const wrong = await made.commit((writer) => {
      const leaf = (...list: string[]) => writer.leaf(list.map((name) => writer.file(name, Buffer.alloc(0))))
      const good = writer.tree(
        entries.map((name) => writer.file(name, Buffer.alloc(0))),
        2,
      )
      return writer.leaf([
        writer.directory('good', good),
        writer.directory('swapped', swapParts(writer, leaf('a', 'b'), leaf('c', 'd'))),
      ])
    })
    const reading = openVersion(plaintextSource(made.repository, made.secrets), wrong)
    expect(namesOf((await reading.listFolder(path('/good'), { limit: 10 })).entries)).toEqual(entries)
    await expect(reading.listFolder(path('/swapped'), { limit: 10 })).rejects.toMatchObject({ fault: 'tree-damaged' })
    await expect(reading.stat(path('/swapped/b'))).rejects.toMatchObject({ fault: 'tree-damaged' })
    await expect(Array.fromAsync(reading.walk(path('/')))).rejects.toMatchObject({ fault: 'tree-damaged' })
  })
})

/** An index that says of each part what is true of the other. */
function swapParts(writer: Parameters<Parameters<TestRepository['commit']>[0]>[0], first: ChunkId, second: ChunkId): ChunkId {
  return writer.index([
    { firstName: Buffer.from('a'), id: second },
    { firstName: Buffer.from('c'), id: first },
  ])
}
