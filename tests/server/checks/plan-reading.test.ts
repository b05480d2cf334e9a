/** Every byte within 30 days, and no night much more than another: thirty nights and a holiday in a moment. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isDue, type ProvedPack, planReading } from '../../../server/checks/plan-reading.ts'

const dayMs = 24 * 60 * 60 * 1000
const inOrder = (packs: readonly ProvedPack[]) =>
  packs.filter(({ provedAt }) => provedAt > 0).toSorted((a, b) => a.provedAt - b.provedAt || a.pack - b.pack)

/** One night: what is due is read and proved anew. */
async function night(packs: readonly ProvedPack[], nowMs: number) {
  const totalBytes = packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const turn = await planReading(inOrder(packs), { totalBytes, nowMs })
  const due = packs.filter((pack) => isDue(pack, turn))
  const readBytes = due.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  return { readBytes, totalBytes, packs: packs.map((pack) => (due.includes(pack) ? { ...pack, provedAt: nowMs } : pack)) }
}

const sizes = fc.array(fc.integer({ min: 1, max: 64 }), { minLength: 1, maxLength: 200 })

describe('the nightly share', () => {
  test('reads every pack within 30 days, whatever their sizes', async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async (given) => {
        let packs: readonly ProvedPack[] = given.map((sizeBytes, index) => ({ pack: index + 1, sizeBytes, provedAt: 1 }))
        const start = 100 * dayMs
        packs = packs.map((pack) => ({ ...pack, provedAt: start }))
        for (let day = 1; day <= 90; day += 1) {
          const done = await night(packs, start + day * dayMs)
          packs = done.packs
          for (const { provedAt } of packs) expect(start + day * dayMs - provedAt).toBeLessThanOrEqual(30 * dayMs)
          // At most a pack more than its share, once the packs' ages have spread.
          if (day > 60) expect(done.readBytes).toBeLessThanOrEqual(done.totalBytes / 28 + 64)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('catches up at once after the box was off', async () => {
    const packs = Array.from({ length: 100 }, (_, index) => ({ pack: index + 1, sizeBytes: 10, provedAt: dayMs }))
    const done = await night(packs, 45 * dayMs)
    expect(done.readBytes).toBe(done.totalBytes)
  })

  test('leaves what was never opened to verification', async () => {
    const packs = [
      { pack: 1, sizeBytes: 10, provedAt: 0 },
      { pack: 2, sizeBytes: 10, provedAt: 5 },
    ]
    const done = await night(packs, dayMs)
    expect(done.packs.map(({ provedAt }) => provedAt)).toEqual([0, dayMs])
  })

  test('is nothing in an empty repository', async () => {
    expect(await planReading([], { totalBytes: 0, nowMs: dayMs })).toBeUndefined()
  })
})
