import type { Chore } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { dayMs } from './share.ts'
import { usesKeptDays } from './share-use.ts'
import { deleteUsesBefore } from './share-uses-table.ts'

const rowsAtOnce = 5000

/** Who used a link is nobody's business for ever. */
export function sharesChore({ database, clock }: { readonly database: Database; readonly clock: Clock }): Chore {
  return {
    name: 'share-uses',
    title: 'Forgetting who used links',
    about: `Every day: who opened a link, and when, is kept for ${usesKeptDays} days.`,
    weight: 'light',
    needsClock: true,
    dueAt: every(dayMs),
    run: async ({ signal }) => {
      const before = clock.now() - usesKeptDays * dayMs
      let gone = 0
      for (let deleted = rowsAtOnce; deleted === rowsAtOnce; ) {
        signal.throwIfAborted()
        deleted = await deleteUsesBefore(database.kysely, before, rowsAtOnce)
        gone += deleted
      }
      return { summary: gone === 0 ? 'Nothing was old enough.' : `${gone} rows went.` }
    },
  }
}
