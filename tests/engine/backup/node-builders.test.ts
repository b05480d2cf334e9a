// Folders and lists of chunks, cut by content: held against the rules as docs/format/tree.md and list.md say them.

import { describe, expect, test } from 'vitest'
import {
  type ChunkId,
  type ChunkKey,
  type ContentItem,
  chunkKey,
  parseChunkId,
  readListNode,
  readTreeNode,
  type TreeEntry,
} from '../../../engine/index.ts'
import { encodeEntry } from '../../../engine/repository/encode-entry.ts'
import { ListBuilder } from '../../../engine/repository/list-builder.ts'
import { TreeBuilder } from '../../../engine/repository/tree-builder.ts'
import { fixedBytes, keys } from '../repository/sealed-samples.ts'

const entry = (name: string, extension = 0): TreeEntry => ({
  name: Buffer.from(name),
  mode: 0o644,
  uid: 0,
  gid: 0,
  mtimeNs: 0n,
  extensions: extension ? [{ key: Buffer.from('x'), value: fixedBytes(name, extension) }] : [],
  type: 'file',
  size: 40,
  content: { kind: 'inline', bytes: fixedBytes(name, 40) },
})

function build(entries: readonly TreeEntry[]): { root: ChunkId; nodes: ReadonlyMap<ChunkKey, Buffer> } {
  const nodes = new Map<ChunkKey, Buffer>()
  const builder = new TreeBuilder(keys, (id, plaintext) => nodes.set(chunkKey(id), Buffer.from(plaintext)))
  for (const one of entries) builder.add(one.name, encodeEntry(one))
  return { root: builder.finish(), nodes }
}

/** All entries below a node, in order, and how many each leaf holds. */
function read(nodes: ReadonlyMap<ChunkKey, Buffer>, id: ChunkId): { entries: TreeEntry[]; leaves: number[]; levels: number } {
  const node = readTreeNode(nodes.get(chunkKey(id))!)
  if (node.kind === 'leaf') return { entries: [...node.entries], leaves: [node.entries.length], levels: 0 }
  const below = node.children.map((child) => read(nodes, child.id))
  expect(below.map(({ entries }) => entries[0]!.name)).toEqual(node.children.map(({ firstName }) => firstName))
  return { entries: below.flatMap(({ entries }) => entries), leaves: below.flatMap(({ leaves }) => leaves), levels: node.level }
}

/** How many entries each leaf holds, by the rule in words. */
function leavesByTheBook(entries: readonly TreeEntry[]): number[] {
  const leaves: number[] = []
  let count = 0
  let bytes = 0
  const end = () => {
    leaves.push(count)
    count = 0
    bytes = 0
  }
  for (const one of entries) {
    const length = encodeEntry(one).length
    if (count > 0 && bytes + length > 1024 * 1024 - 9) end()
    count++
    bytes += length
    let h = 0n
    for (const byte of one.name) h = (31n * h + BigInt(keys.gear[byte]! >>> 0)) % 2n ** 32n
    const m = ((h ^ (h / 2n ** 15n)) * 0x2c1b3c6dn) % 2n ** 32n
    if (bytes >= 8_192 && m / 2n ** 16n < BigInt(length)) end()
  }
  if (count > 0 || leaves.length === 0) end()
  return leaves
}

const names = (count: number) => Array.from({ length: count }, (_, n) => `file ${String(n).padStart(6, '0')}`)

describe('a folder', () => {
  test.each([
    { title: 'empty', entries: [] },
    { title: 'of one file', entries: [entry('a')] },
    { title: 'of 100 files', entries: names(100).map((name) => entry(name)) },
    { title: 'of 20,000 files', entries: names(20_000).map((name) => entry(name)) },
    { title: 'of files with large attributes', entries: names(60).map((name) => entry(name, 60_000)) },
  ])('$title is cut by the book, and gives all entries back', ({ entries }) => {
    const { root, nodes } = build(entries)
    const found = read(nodes, root)
    expect(found.entries).toEqual(entries)
    expect(found.leaves).toEqual(leavesByTheBook(entries))
    for (const plaintext of nodes.values()) expect(plaintext.length).toBeLessThanOrEqual(1024 * 1024)
  })

  test('has leaves of about 64 KiB, and an index above them', () => {
    const { root, nodes } = build(names(20_000).map((name) => entry(name)))
    const { leaves, levels } = read(nodes, root)
    const bytes = [...nodes.values()].reduce((sum, node) => sum + node.length, 0)
    expect(levels).toBe(1)
    expect(bytes / leaves.length).toBeGreaterThan(32 * 1024)
    expect(bytes / leaves.length).toBeLessThan(128 * 1024)
  })

  test('changes in two or three nodes when one file is added, taken away or changed', () => {
    const entries = names(20_000).map((name) => entry(name))
    const before = build(entries).nodes
    const changed = [
      entries.toSpliced(10_000, 0, entry('file 009999 and a half')),
      entries.toSpliced(5_000, 1),
      entries.with(15_000, { ...entries[15_000]!, mtimeNs: 7n }),
    ]
    for (const list of changed) {
      const fresh = [...build(list).nodes.keys()].filter((key) => !before.has(key))
      expect(fresh.length).toBeLessThanOrEqual(3)
    }
  })
})

describe('the chunks of a file', () => {
  const item = (n: number): ContentItem => ({ kind: 'data', length: 1_000, id: parseChunkId(fixedBytes(`chunk ${n}`, 32)) })

  function contentOf(items: readonly ContentItem[]) {
    const nodes = new Map<ChunkKey, Buffer>()
    const builder = new ListBuilder(keys, (id, plaintext) => nodes.set(chunkKey(id), Buffer.from(plaintext)))
    for (const one of items) builder.add(one)
    return { content: builder.finish(), nodes }
  }

  function itemsOf(nodes: ReadonlyMap<ChunkKey, Buffer>, id: ChunkId): readonly ContentItem[] {
    const node = readListNode(nodes.get(chunkKey(id))!)
    return 'items' in node ? node.items : node.children.flatMap((child) => itemsOf(nodes, child.id))
  }

  /** How many items each list of level 0 holds, by the rule in words. */
  function listsByTheBook(items: readonly ContentItem[]): number[] {
    const lists: number[] = []
    let count = 0
    for (const one of items) {
      count++
      const isCut = count >= 64 && one.kind === 'data' && one.id.readUInt32LE(0) % 1_024 === 0
      if (count < 4_096 && !isCut) continue
      lists.push(count)
      count = 0
    }
    return count > 0 ? [...lists, count] : lists
  }

  test('stand in the entry up to 16', () => {
    expect(contentOf([]).content).toEqual({ kind: 'empty' })
    const items = Array.from({ length: 16 }, (_, n) => item(n))
    expect(contentOf(items).content).toEqual({ kind: 'chunks', items })
    expect(contentOf([...items, item(16)]).content.kind).toBe('list')
  })

  test.each([
    { title: '17 chunks', items: Array.from({ length: 17 }, (_, n) => item(n)) },
    { title: '9,000 chunks', items: Array.from({ length: 9_000 }, (_, n) => item(n)) },
    { title: '9,000 holes', items: Array.from({ length: 9_000 }, (_, n) => ({ kind: 'hole' as const, length: n + 1 })) },
  ])('$title are cut by the book, and come back', ({ items }) => {
    const { content, nodes } = contentOf(items)
    if (content.kind !== 'list') expect.fail(content.kind)
    expect(itemsOf(nodes, content.id)).toEqual(items)
    const lists = [...nodes.values()].map(readListNode).flatMap((node) => ('items' in node ? [node.items.length] : []))
    expect(lists).toEqual(listsByTheBook(items))
  })

  test('change in two or three lists when one chunk is put in', () => {
    const items = Array.from({ length: 9_000 }, (_, n) => item(n))
    const before = contentOf(items).nodes
    const fresh = [...contentOf(items.toSpliced(4_000, 0, item(-1))).nodes.keys()].filter((key) => !before.has(key))
    expect(fresh.length).toBeLessThanOrEqual(3)
  })
})
