import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  freedBytes,
  impatientRules,
  isGivenUp,
  isHeld,
  isTooMuch,
  type PackFacts,
  type PruneRules,
  planPrune,
  usualRules,
} from '../../../engine/index.ts'

const MiB = 1024 ** 2
const hourMs = 60 * 60 * 1000

function facts(pack: number, more: Partial<PackFacts> = {}): PackFacts {
  const sizeBytes = more.sizeBytes ?? 8 * MiB
  const defaults = {
    kind: 'data',
    state: 'stored',
    records: 8,
    liveBytes: 0,
    isHeld: false,
    isGivenUp: false,
    isHurt: false,
    waitedMs: 0,
  } as const
  return { pack, ...defaults, sizeBytes, recordBytes: sizeBytes, ...more }
}

const nothing = { restore: [], condemn: [], trash: [], purge: [], repack: [] }

describe('the plan', () => {
  test.each<{ title: string; given: PackFacts; rules?: PruneRules; expect: object }>([
    { title: 'condemns what nothing needs', given: facts(1), expect: { condemn: [1] } },
    { title: 'leaves what is needed', given: facts(1, { liveBytes: 8 * MiB }), expect: {} },
    { title: 'leaves what is promised', given: facts(1, { isHeld: true }), expect: {} },
    { title: 'lets a condemned pack wait', given: facts(1, { state: 'condemned', waitedMs: 24 * hourMs - 1 }), expect: {} },
    { title: 'trashes it after a day', given: facts(1, { state: 'condemned', waitedMs: 24 * hourMs }), expect: { trash: [1] } },
    {
      title: 'stores it again when it is needed',
      given: facts(1, { state: 'condemned', waitedMs: 99 * hourMs, liveBytes: 1 }),
      expect: { restore: [1] },
    },
    {
      title: 'stores it again when it is promised',
      given: facts(1, { state: 'condemned', waitedMs: 99 * hourMs, isHeld: true }),
      expect: { restore: [1] },
    },
    { title: 'lets trash wait', given: facts(1, { state: 'trashed', waitedMs: 7 * 24 * hourMs - 1 }), expect: {} },
    {
      title: 'purges it after seven days',
      given: facts(1, { state: 'trashed', waitedMs: 7 * 24 * hourMs }),
      expect: { purge: [1] },
    },
    {
      title: 'waits for nothing in a hurry: trash',
      given: facts(1, { state: 'condemned' }),
      rules: impatientRules,
      expect: { trash: [1] },
    },
    {
      title: 'waits for nothing in a hurry: purge',
      given: facts(1, { state: 'trashed' }),
      rules: impatientRules,
      expect: { purge: [1] },
    },
    { title: 'still condemns first, in a hurry too', given: facts(1), rules: impatientRules, expect: { condemn: [1] } },
    {
      title: 'leaves a pack of which a tenth is dead',
      given: facts(1, { sizeBytes: 11 * MiB, liveBytes: 10 * MiB }),
      expect: {},
    },
    {
      title: 'rewrites a pack of which more is dead',
      given: facts(1, { sizeBytes: 11 * MiB, liveBytes: 10 * MiB - 1 }),
      expect: { repack: [{ kind: 'data', packs: [1], liveBytes: 10 * MiB - 1 }] },
    },
    { title: 'rewrites none that somebody was promised', given: facts(1, { liveBytes: 1, isHeld: true }), expect: {} },
    { title: 'rewrites none that is damaged', given: facts(1, { liveBytes: 1, isHurt: true }), expect: {} },
    { title: 'rewrites none that is condemned', given: facts(1, { state: 'condemned', liveBytes: 1 }), expect: { restore: [1] } },
  ])('$title', ({ given, rules = usualRules, expect: expected }) => {
    expect(planPrune([given], rules)).toEqual({ ...nothing, ...expected })
  })

  const small = (count: number, more: Partial<PackFacts> = {}) =>
    Array.from({ length: count }, (_, index) => facts(index + 1, { sizeBytes: MiB, liveBytes: MiB, ...more }))

  test('puts small packs together once there are twenty of a kind, and not before', () => {
    expect(planPrune(small(19), usualRules).repack).toEqual([])
    const trees = small(10, { kind: 'tree' }).map((pack) => ({ ...pack, pack: pack.pack + 100 }))
    expect(planPrune([...small(10), ...trees], usualRules).repack).toEqual([])
    const [first, second] = planPrune(small(20), usualRules).repack
    expect(first).toEqual({ kind: 'data', packs: Array.from({ length: 16 }, (_, index) => index + 1), liveBytes: 16 * MiB })
    expect(second?.packs).toEqual([17, 18, 19, 20])
  })

  test('rewrites what is less than half live, whatever the rest is like', () => {
    const whole = Array.from({ length: 100 }, (_, index) => facts(index + 10, { liveBytes: 8 * MiB }))
    const half = facts(1, { liveBytes: 4 * MiB })
    const less = facts(2, { liveBytes: 4 * MiB - 1 })
    expect(planPrune([half, less, ...whole], usualRules).repack).toEqual([{ kind: 'data', packs: [2], liveBytes: 4 * MiB - 1 }])
  })

  test('leaves a tenth dead at most, and takes the deadest packs for it', () => {
    const pack = fc.record({
      kind: fc.constantFrom('data' as const, 'tree' as const),
      live: fc.integer({ min: 1, max: 8 * MiB }),
    })
    fc.assert(
      fc.property(fc.array(pack, { maxLength: 60 }), (made) => {
        const packs = made.map(({ kind, live }, index) => facts(index + 1, { kind, liveBytes: live }))
        const { repack } = planPrune(packs, usualRules)
        for (const kind of ['data', 'tree'] as const) {
          const moved = new Set(repack.filter((group) => group.kind === kind).flatMap((group) => group.packs))
          const ofKind = packs.filter((one) => one.kind === kind)
          const left = ofKind.filter((one) => !moved.has(one.pack))
          const needed = ofKind.reduce((sum, { liveBytes }) => sum + liveBytes, 0)
          const dead = left.reduce((sum, { recordBytes, liveBytes }) => sum + recordBytes - liveBytes, 0)
          expect(dead).toBeLessThanOrEqual(needed * 0.1)
          const emptiestLeft = Math.min(...left.map(({ liveBytes }) => liveBytes))
          for (const one of ofKind) if (moved.has(one.pack)) expect(one.liveBytes).toBeLessThanOrEqual(emptiestLeft)
        }
      }),
    )
  })

  test('copies no more than a run may, and no more records than a pack holds', () => {
    const rules = { ...usualRules, maxRepackBytes: 20 * MiB }
    expect(planPrune(small(40), rules).repack).toHaveLength(1)
    const many = small(20, { sizeBytes: 1000, liveBytes: 1000, records: 30_000 })
    for (const { packs } of planPrune(many, usualRules).repack) expect(packs.length).toBeLessThanOrEqual(2)
  })

  test('says what leaves the stored bytes', () => {
    const packs = [
      facts(1, { state: 'condemned', waitedMs: 99 * hourMs }),
      facts(2, { liveBytes: MiB }),
      facts(3, { kind: 'tree', sizeBytes: 16 * MiB, recordBytes: 8 * MiB, liveBytes: MiB }),
      facts(4, { liveBytes: 8 * MiB }),
    ]
    expect(freedBytes(planPrune(packs, usualRules), packs)).toBe(8 * MiB + 7 * MiB + 14 * MiB)
  })

  test('is too much from more than 30 % on, of twenty packs and more', () => {
    const dying = (count: number, of: number) =>
      Array.from({ length: of }, (_, index) =>
        facts(index + 1, index < count ? { state: 'condemned', waitedMs: 99 * hourMs } : { liveBytes: 8 * MiB }),
      )
    const judge = (packs: readonly PackFacts[]) => isTooMuch(planPrune(packs, usualRules), packs)
    expect(judge(dying(6, 20))).toBe(false)
    expect(judge(dying(7, 20))).toBe(true)
    expect(judge(dying(18, 19))).toBe(false)
    // What came for nothing is no surprise, and makes no share smaller.
    const cutOff = (count: number) =>
      Array.from({ length: count }, (_, index) =>
        facts(100 + index, { state: 'condemned', waitedMs: 99 * hourMs, isGivenUp: true }),
      )
    expect(judge([...dying(6, 20), ...cutOff(40)])).toBe(false)
    expect(judge([...dying(7, 20), ...cutOff(40)])).toBe(true)
    // What lies in the trash already is no stored byte.
    expect(judge([...dying(6, 20), facts(99, { state: 'trashed', sizeBytes: 500 * MiB })])).toBe(false)
  })
})

test.each([
  { title: 'nobody lives', claimSeq: 5, oldestLive: undefined, expect: false },
  { title: 'promised to the oldest that lives', claimSeq: 5, oldestLive: 5, expect: true },
  { title: 'promised to a later one: an older one may have been promised it too', claimSeq: 6, oldestLive: 5, expect: true },
  { title: 'promised before the oldest that lives', claimSeq: 4, oldestLive: 5, expect: false },
])('a pack is held or not: $title', ({ claimSeq, oldestLive, expect: expected }) => {
  expect(isHeld({ claimSeq, sessionSeq: 1 }, { oldestLive, unfinished: new Set(), givenUp: new Set() })).toBe(expected)
})

test('a pack is held while the version that it came for is expected', () => {
  expect(isHeld({ claimSeq: 1, sessionSeq: 1 }, { oldestLive: undefined, unfinished: new Set([1]), givenUp: new Set() })).toBe(
    true,
  )
  expect(isHeld({ claimSeq: 2, sessionSeq: 2 }, { oldestLive: undefined, unfinished: new Set([1]), givenUp: new Set() })).toBe(
    false,
  )
})

test('a pack is given up with the session that sent it, unless a later one relies on it', () => {
  const claims = { oldestLive: undefined, unfinished: new Set<number>(), givenUp: new Set([2]) }
  expect(isGivenUp({ claimSeq: 2, sessionSeq: 2 }, claims)).toBe(true)
  expect(isGivenUp({ claimSeq: 3, sessionSeq: 2 }, claims)).toBe(false)
  expect(isGivenUp({ claimSeq: 3, sessionSeq: 3 }, claims)).toBe(false)
})
