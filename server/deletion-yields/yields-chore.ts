import type { Chore } from '../chores/chore.ts'
import { daily } from '../chores/due.ts'
import type { Database } from '../database/database.ts'
import { listAllRepositories } from '../repositories/repositories-table.ts'
import type { Clock } from '../runtime/clock.ts'
import { countYields } from './count-yields.ts'

export const yieldsChoreName = 'yields'
/** After prune has made its mark. */
const atHour = 5

/** Counts every night what deleting each computer and plan would free. */
export function yieldsChore(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly timeZone: string
}): Chore {
  const { database, timeZone } = options
  return {
    name: yieldsChoreName,
    title: 'Counting what deleting would free',
    about:
      'Every night the box counts, for each computer and each plan, the bytes that nothing else needs. The pages of plans show them.',
    weight: 'heavy',
    needsClock: false,
    dueAt: daily({ hour: atHour, timeZone }),
    run: async ({ signal, onProgress }) => {
      const all = await listAllRepositories(database.kysely)
      let counted = 0
      for (const [done, repository] of all.entries()) {
        signal.throwIfAborted()
        onProgress({ words: 'accounts counted', done, total: all.length, unit: 'count' })
        if (await tryCount(() => countYields(repository, options, signal), signal)) counted += 1
      }
      return { summary: `${counted} of ${all.length} accounts were counted.` }
    },
  }
}

/** An account whose disk is away, or whose folders cannot be read, keeps yesterday's numbers; the others are counted. */
async function tryCount(count: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  try {
    return await count()
  } catch (error) {
    if (signal.aborted) throw error
    return false
  }
}
