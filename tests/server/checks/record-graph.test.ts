import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RecordGraph } from '../../../server/checks/record-graph.ts'

const idOf = (number: number) => createHash('sha256').update(String(number)).digest()

test('an id has one number, however many there are', () => {
  const graph = new RecordGraph()
  const many = 50_000
  const numbers = Array.from({ length: many }, (_, number) => graph.numberOf(idOf(number)))
  expect(new Set(numbers).size).toBe(many)
  for (let number = 0; number < many; number += 97) expect(graph.numberOf(idOf(number))).toBe(numbers[number])
  expect(graph.idPrefix(numbers[7]!)).toEqual(idOf(7).subarray(0, 8))
})

test('what versions lack, and what leads to it, as a plain walk would find it', async () => {
  const edges = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 200 })
  await fc.assert(
    fc.asyncProperty(
      edges,
      fc.uniqueArray(fc.nat(60)),
      fc.uniqueArray(fc.nat(60), { maxLength: 4 }),
      async (pairs, absent, roots) => {
        // Ids are hashes of what they name: nothing leads back.
        const children = new Map<number, number[]>()
        for (const [a, b] of pairs)
          if (a !== b) children.set(Math.min(a, b), [...(children.get(Math.min(a, b)) ?? []), Math.max(a, b)])
        const graph = new RecordGraph()
        for (let node = 0; node <= 60; node += 1) {
          if (absent.includes(node)) continue
          const record = graph.numberOf(idOf(node))
          graph.setAvailable(record)
          const below = children.get(node)
          if (below !== undefined) graph.addNode(record, Buffer.concat(below.map(idOf)))
        }
        const lacking = new Set<number>()
        const missing = new Set<number>()
        const lacks = (node: number): boolean => {
          if (absent.includes(node)) missing.add(node)
          const below = absent.includes(node) ? [] : (children.get(node) ?? []).map(lacks)
          const isLacking = absent.includes(node) || below.includes(true)
          if (isLacking) lacking.add(node)
          return isLacking
        }
        for (const root of roots) lacks(root)
        const found = await graph.findMissing(
          roots.map((root) => graph.numberOf(idOf(root))),
          1000,
        )
        expect(found.count).toBe(missing.size)
        expect(new Set(found.missing)).toEqual(new Set([...missing].map((node) => graph.numberOf(idOf(node)))))
        for (const node of lacking) expect(graph.isTainted(graph.numberOf(idOf(node)))).toBe(true)
        for (const root of roots) expect(graph.isTainted(graph.numberOf(idOf(root)))).toBe(lacking.has(root))
      },
    ),
  )
})

test('a folder tree as deep as format 1 allows', async () => {
  const graph = new RecordGraph()
  for (let depth = 0; depth < 1024; depth += 1) {
    const record = graph.numberOf(idOf(depth))
    graph.setAvailable(record)
    graph.addNode(record, idOf(depth + 1))
  }
  expect((await graph.findMissing([graph.numberOf(idOf(0))], 10)).count).toBe(1)
  expect(graph.isTainted(graph.numberOf(idOf(0)))).toBe(true)
})
