import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteWriter } from '../../../engine/format/bytes.ts'
import { type ListNode, readListNode, writeListChildren, writeListItems } from '../../../engine/format/list.ts'
import { parseChunkId } from '../../../engine/index.ts'
import { chunkIds, items, varints, written } from '../arbitraries.ts'
import { decodesOrRefuses, faultOf, withBitFlipped } from '../expect-format-error.ts'

function encode(node: ListNode): Buffer {
  const to = new ByteWriter(16)
  if ('items' in node) writeListItems(to, node.items)
  else writeListChildren(to, node.level, node.children)
  return written(to)
}

const lists: fc.Arbitrary<ListNode> = fc.oneof(
  fc.record({ level: fc.constant(0 as const), items: fc.array(items, { minLength: 1, maxLength: 40 }) }),
  fc.record({
    level: fc.integer({ min: 1, max: 6 }),
    children: fc.array(fc.record({ length: varints.map((length) => length || 1), id: chunkIds }), {
      minLength: 1,
      maxLength: 40,
    }),
  }),
)
const id = parseChunkId(Buffer.alloc(32, 9))

describe('a list of chunks', () => {
  test('comes back, of items or of lists', () => {
    fc.assert(
      fc.property(lists, (list) => {
        expect(readListNode(encode(list))).toEqual(list)
      }),
    )
  })

  test('has one spelling: whatever decodes is what would be written', () => {
    fc.assert(
      fc.property(lists, fc.nat(), (list, bit) => {
        const bytes = encode(list)
        const changed = withBitFlipped(bytes, bit % (bytes.length * 8))
        const decoded = decodesOrRefuses(() => readListNode(changed))
        if (decoded) expect(encode(decoded.value)).toEqual(changed)
      }),
      { numRuns: 2_000 },
    )
  })

  test('that is cut off or has something behind it is refused', () => {
    fc.assert(
      fc.property(lists, (list) => {
        const bytes = encode(list)
        for (let length = 0; length < bytes.length; length++) faultOf(() => readListNode(bytes.subarray(0, length)))
        faultOf(() => readListNode(Buffer.concat([bytes, Buffer.alloc(1)])))
      }),
      { numRuns: 30 },
    )
  })

  test.each([
    { title: 'no items', list: { level: 0, items: [] }, fault: 'tree-damaged' },
    { title: 'a chunk of nothing', list: { level: 0, items: [{ kind: 'data', length: 0, id }] }, fault: 'tree-damaged' },
    { title: 'a list of nothing below', list: { level: 1, children: [{ length: 0, id }] }, fault: 'tree-damaged' },
    { title: 'level 7', list: { level: 7, children: [{ length: 1, id }] }, fault: 'limit-exceeded' },
    {
      title: 'a chunk above 8 MiB',
      list: { level: 0, items: [{ kind: 'data', length: 8_388_609, id }] },
      fault: 'limit-exceeded',
    },
    {
      title: '4,097 items',
      list: { level: 0, items: Array.from({ length: 4_097 }, () => ({ kind: 'hole', length: 1 }) as const) },
      fault: 'limit-exceeded',
    },
  ] satisfies { title: string; list: ListNode; fault: string }[])('with $title is refused', ({ list, fault }) => {
    expect(faultOf(() => readListNode(encode(list)))).toBe(fault)
  })
})
