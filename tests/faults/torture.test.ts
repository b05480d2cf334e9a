/** A short slice of `npm run torture`: real boxes, databases and agents, ended in the middle of their work. */
import { randomInt } from 'node:crypto'
import { expect, test } from 'vitest'
import { runTorture } from '../../torture/run-torture.ts'
import { runsOf } from '../../torture/tally.ts'

const sliceRuns = 3
/** Those that are quick; the others need days to pass. */
const sliceHistories = ['backup', 'binning', 'new epoch']

test('nothing acknowledged is lost', { timeout: 900_000 }, async () => {
  const seed = Number(process.env.HOLDFAST_TEST_SEED ?? randomInt(1e6))
  const tally = await runTorture({
    seed,
    untilMs: Number.POSITIVE_INFINITY,
    maxRuns: sliceRuns,
    histories: sliceHistories,
    now: Date.now,
    say: () => {},
  })
  expect(tally.complaints, `npm run torture -- --seed ${seed}`).toEqual([])
  expect(tally.lost).toBe(0)
  expect(runsOf(tally)).toBe(sliceRuns)
  expect(tally.acknowledged).toBeGreaterThan(0)
  // Each history was run once, unharmed, to learn its points.
  for (const noun of ['pack', 'twin', 'snapshot', 'mark', 'epoch', 'slot', 'generation'])
    expect(
      [...tally.reached].some((point) => point.startsWith(`${noun}:`)),
      `a point of ${noun} is reached`,
    ).toBe(true)
})
