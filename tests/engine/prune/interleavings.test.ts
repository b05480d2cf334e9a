/** Ten thousand orders of two computers' backups and the collector, in memory; and every rule that the collector keeps, left out once. */
import { describe, expect, test } from 'vitest'
import { type Mutant, mutants, runHistory, Violation } from '../../support/prune-model.ts'
import { random } from '../../support/random.ts'

const histories = Number(process.env.HOLDFAST_INTERLEAVINGS ?? 10_000)
const firstSeed = Number(process.env.HOLDFAST_SEED ?? 1)
/** Each mutant must be caught within so many. */
const mutantHistories = 5000

describe(`backups and the collector in ${histories} orders from seed ${firstSeed} on`, () => {
  test('nothing that a version or a promise needs ever goes, and nothing else stays', { timeout: 600_000 }, async () => {
    let versions = 0
    for (let seed = firstSeed; seed < firstSeed + histories; seed += 1) {
      const history = await runHistory(random(seed)).catch((error: unknown) => {
        throw new Error(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error })
      })
      versions += history.versions
    }
    expect(versions).toBeGreaterThan(histories)
  })

  test.each(mutants)('is caught: %s', { timeout: 120_000 }, async (mutant) => {
    expect(await seedThatCatches(mutant)).toBeGreaterThan(0)
  })
})

/** 0: no history noticed it. */
async function seedThatCatches(mutant: Mutant): Promise<number> {
  for (let seed = 1; seed <= mutantHistories; seed += 1) {
    try {
      await runHistory(random(seed), mutant)
    } catch (error) {
      if (error instanceof Violation) return seed
      throw error
    }
  }
  return 0
}
