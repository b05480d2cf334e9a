/** The mark against a plain walk, over trees of any shape; and the sets it is made of against Map and Set. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type ChunkId, Mark, NodeIndex, PrefixMarks, parseChunkId } from '../../../engine/index.ts'

const idOf = (name: string): ChunkId => parseChunkId(createHash('sha256').update(name).digest())
const small = fc.nat({ max: 400 })

describe('marks by prefix', () => {
  test('know what was marked, for whom, and what was never seen', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(small, fc.constantFrom(1, 2, 4)), { maxLength: 3000 }), fc.array(small), (marked, seen) => {
        const marks = new PrefixMarks()
        const model = new Map<number, number>()
        for (const [number, owner] of marked) {
          const before = model.get(number) ?? 0
          expect(marks.mark(idOf(`${number}`), 0, owner)).toBe((before | owner) !== before)
          model.set(number, before | owner)
        }
        for (let number = 0; number <= 400; number += 1) expect(marks.ownersOf(idOf(`${number}`))).toBe(model.get(number) ?? 0)
        const met = new Set<number>()
        for (const number of seen) {
          expect(marks.see(idOf(`${number}`))).toBe(model.has(number) && !met.has(number))
          met.add(number)
        }
        const unseen = [...model.keys()].filter((number) => !met.has(number))
        expect(marks.unseen(10_000).count).toBe(unseen.length)
        expect(new Set(marks.unseen(10_000).prefixes.map((prefix) => prefix.toString('hex')))).toEqual(
          new Set(unseen.map((number) => idOf(`${number}`).toString('hex', 0, 8))),
        )
        expect(marks.count).toBe(model.size)
      }),
      { numRuns: 30 },
    )
  })

  test('take the highest bit as a bit', () => {
    const marks = new PrefixMarks()
    expect(marks.mark(idOf('a'), 0, 2 ** 30)).toBe(true)
    expect(marks.mark(idOf('a'), 0, 2 ** 30)).toBe(false)
    expect(marks.ownersOf(idOf('a'))).toBe(2 ** 30)
  })
})

describe('the index of trees', () => {
  test('compares whole ids: two that share their first 8 bytes are two', () => {
    const [one, other] = [Buffer.alloc(32, 7), Buffer.alloc(32, 7)]
    other[31] = 8
    const nodes = new NodeIndex()
    expect([nodes.add(one, 1), nodes.add(other, 2), nodes.add(one, 3)]).toEqual([0, 1, 0])
    expect(nodes.packsOf(0)).toEqual([1, 3])
    expect(nodes.packsOf(1)).toEqual([2])
    const third = Buffer.alloc(32, 7)
    third[30] = 9
    expect(nodes.find(third)).toBeUndefined()
  })

  test('grows', () => {
    const nodes = new NodeIndex()
    for (let number = 0; number < 5000; number += 1) expect(nodes.add(idOf(`${number}`), number)).toBe(number)
    for (let number = 0; number < 5000; number += 1) expect(nodes.find(idOf(`${number}`))).toBe(number)
    expect(nodes.count).toBe(5000)
  })
})

/** Trees 0…n-1 name trees before them, and data. */
const forest = fc.array(
  fc.record({ trees: fc.array(fc.nat(), { maxLength: 4 }), data: fc.array(small, { maxLength: 4 }), pack: fc.nat({ max: 6 }) }),
  {
    minLength: 1,
    maxLength: 40,
  },
)

interface Tree {
  readonly refs: readonly string[]
  readonly pack: number
}

function treesOf(
  shape: readonly { readonly trees: readonly number[]; readonly data: readonly number[]; readonly pack: number }[],
) {
  return shape.map(({ trees, data, pack }, index): Tree => {
    const named = index === 0 ? [] : trees.map((tree) => `t${tree % index}`)
    return { refs: [...named, ...data.map((number) => `d${number}`)], pack: pack + 1 }
  })
}

function sourceOf(trees: readonly Tree[], lost: ReadonlySet<number> = new Set()) {
  return {
    readTrailer: async (pack: number) => {
      const held = trees.map((tree, index) => ({ ...tree, index })).filter((tree) => tree.pack === pack)
      if (lost.has(pack)) return undefined
      return {
        find: (id: Uint8Array) => {
          const at = held.findIndex(({ index }) => idOf(`t${index}`).equals(id))
          return at < 0 ? undefined : at
        },
        refsOf: (record: number) => Buffer.concat(held[record]!.refs.map(idOf)),
      }
    },
    onStep: async () => {},
  }
}

function walk(trees: readonly Tree[], root: string, found = new Set<string>()): ReadonlySet<string> {
  if (found.has(root)) return found
  found.add(root)
  if (root.startsWith('t')) for (const ref of trees[Number(root.slice(1))]!.refs) walk(trees, ref, found)
  return found
}

describe('a mark', () => {
  test('reaches what a walk reaches, for each owner, however the trees lie in packs', async () => {
    await fc.assert(
      fc.asyncProperty(forest, fc.array(fc.tuple(fc.nat(), fc.constantFrom(1, 2)), { maxLength: 5 }), async (shape, chosen) => {
        const trees = treesOf(shape)
        const nodes = new NodeIndex()
        for (const [index, { pack }] of trees.entries()) nodes.add(idOf(`t${index}`), pack)
        const mark = new Mark(nodes)
        const roots = chosen.map(([root, owners]) => ({ name: `t${root % trees.length}`, owners }))
        const half = Math.ceil(roots.length / 2)
        const marked = (list: typeof roots) => list.map(({ name, owners }) => ({ id: idOf(name), owners }))
        await mark.reach(marked(roots.slice(0, half)), sourceOf(trees))
        await mark.reachMore(marked(roots.slice(half)), sourceOf(trees), async () => [])
        const names = [...trees.map((_, index) => `t${index}`), ...trees.flatMap(({ refs }) => refs)]
        for (const owners of [1, 2]) {
          const reached = new Set<string>()
          for (const root of roots) if (root.owners === owners) for (const name of walk(trees, root.name)) reached.add(name)
          for (const name of names) expect((mark.reached.ownersOf(idOf(name)) & owners) !== 0, name).toBe(reached.has(name))
        }
        expect(mark.unreadable).toEqual([])
      }),
      { numRuns: 100 },
    )
  })

  test('finds trees that came after its index was made, and says what was new', async () => {
    const trees = treesOf([
      { trees: [], data: [1], pack: 0 },
      { trees: [0], data: [2], pack: 1 },
    ])
    const nodes = new NodeIndex()
    nodes.add(idOf('t0'), 1)
    const mark = new Mark(nodes)
    await mark.reach([{ id: idOf('t0'), owners: 1 }], sourceOf(trees))
    const fresh = await mark.reachMore([{ id: idOf('t1'), owners: 1 }], sourceOf(trees), async (ids) =>
      ids.filter((id) => id.equals(idOf('t1'))).map((id) => ({ id, pack: 2 })),
    )
    expect(fresh.map((id) => id.toString('hex')).sort()).toEqual([idOf('t1'), idOf('d2')].map((id) => id.toString('hex')).sort())
  })

  test('says which trees nobody can read, after it has tried every pack that holds them', async () => {
    const trees = treesOf([{ trees: [], data: [1], pack: 0 }])
    const nodes = new NodeIndex()
    nodes.add(idOf('t0'), 1)
    const lost = new Mark(nodes)
    await lost.reach([{ id: idOf('t0'), owners: 1 }], sourceOf(trees, new Set([1])))
    expect(lost.unreadable).toEqual([idOf('t0')])

    const twice = new NodeIndex()
    twice.add(idOf('t0'), 5)
    twice.add(idOf('t0'), 1)
    const found = new Mark(twice)
    await found.reach([{ id: idOf('t0'), owners: 1 }], sourceOf(trees))
    expect(found.unreadable).toEqual([])
    expect(found.reached.ownersOf(idOf('d1'))).toBe(1)
  })
})
