import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../../engine/format/bytes.ts'
import { readTreeNode, type TreeIndexChild, type TreeNode, writeLeafHead, writeTreeIndex } from '../../../engine/format/tree.ts'
import { writeTreeEntry } from '../../../engine/format/tree-entry.ts'
import { parseChunkId, type TreeEntry } from '../../../engine/index.ts'
import { chunkIds, directories, names, written } from '../arbitraries.ts'
import { decodesOrRefuses, faultOf, withBitFlipped } from '../expect-format-error.ts'

function encode(node: TreeNode): Buffer {
  const to = new ByteWriter(16)
  if (node.kind === 'index') writeTreeIndex(to, node.level, node.children)
  else {
    writeLeafHead(to, node.entries.length)
    for (const entry of node.entries) writeTreeEntry(to, entry)
  }
  return written(to)
}

const leaves: fc.Arbitrary<TreeNode> = directories.map((entries) => ({ kind: 'leaf', entries }))
const indexes: fc.Arbitrary<TreeNode> = fc.record({
  kind: fc.constant('index' as const),
  level: fc.integer({ min: 1, max: 6 }),
  children: fc
    .uniqueArray(fc.record({ firstName: names, id: chunkIds }), {
      minLength: 1,
      maxLength: 20,
      selector: ({ firstName }) => firstName.toString('latin1'),
    })
    .map((list) => list.toSorted((a, b) => Buffer.compare(a.firstName, b.firstName))),
})
const nodes = fc.oneof(leaves, indexes)

const id = parseChunkId(Buffer.alloc(32, 3))
const named = (name: string): TreeEntry => ({
  name: Buffer.from(name),
  mode: 0o755,
  uid: 1,
  gid: 1,
  mtimeNs: 0n,
  extensions: [],
  type: 'directory',
  tree: id,
})
const child = (name: string): TreeIndexChild => ({ firstName: Buffer.from(name), id })

describe('a tree', () => {
  test('comes back, leaf or index', () => {
    fc.assert(
      fc.property(nodes, (node) => {
        expect(readTreeNode(encode(node))).toEqual(node)
      }),
    )
  })

  test('has one spelling: whatever decodes is what would be written', () => {
    fc.assert(
      fc.property(nodes, fc.nat(), (node, bit) => {
        const bytes = encode(node)
        const changed = withBitFlipped(bytes, bit % (bytes.length * 8))
        const decoded = decodesOrRefuses(() => readTreeNode(changed))
        if (decoded) expect(encode(decoded.value)).toEqual(changed)
      }),
      { numRuns: 2_000 },
    )
  })

  test('that is cut off or has something behind it is refused', () => {
    fc.assert(
      fc.property(nodes, (node) => {
        const bytes = encode(node)
        for (let length = 0; length < bytes.length; length++) faultOf(() => readTreeNode(bytes.subarray(0, length)))
        faultOf(() => readTreeNode(Buffer.concat([bytes, Buffer.alloc(1)])))
      }),
      { numRuns: 30 },
    )
  })

  test('of an empty folder is two bytes', () => {
    expect(readTreeNode(Buffer.from('0000', 'hex'))).toEqual({ kind: 'leaf', entries: [] })
  })

  test.each([
    { title: 'entries out of order', node: { kind: 'leaf', entries: [named('b'), named('a')] } },
    { title: 'one name twice', node: { kind: 'leaf', entries: [named('a'), named('a')] } },
    { title: 'segments out of order', node: { kind: 'index', level: 1, children: [child('b'), child('a')] } },
    { title: 'one segment twice', node: { kind: 'index', level: 1, children: [child('a'), child('a')] } },
    { title: 'nothing below an index', node: { kind: 'index', level: 1, children: [] } },
  ] satisfies { title: string; node: TreeNode }[])('with $title is damage', ({ node }) => {
    expect(faultOf(() => readTreeNode(encode(node)))).toBe('tree-damaged')
  })

  test('orders names as bytes, not as text', () => {
    const entries = ['Z', 'a', '\u{ff61}', '\u{1f600}'].map(named) // UTF-16 would put the last before the third
    expect(readTreeNode(encode({ kind: 'leaf', entries }))).toEqual({ kind: 'leaf', entries })
  })

  test.each([
    { title: 'an index of level 7', bytes: Buffer.from('0700', 'hex') },
    { title: 'a leaf above 1 MiB', bytes: Buffer.alloc(1024 * 1024 + 1) },
    { title: 'a tree above 8 MiB', bytes: Buffer.alloc(8 * 1024 * 1024 + 1, 1) },
    { title: '4,097 segments', bytes: Buffer.from('018120', 'hex') },
    { title: '2^53 - 1 entries', bytes: Buffer.from('00ffffffffffffff0f', 'hex') },
  ])('with $title is above a limit', ({ bytes }) => {
    expect(faultOf(() => readTreeNode(bytes))).toBe('limit-exceeded')
  })
})
