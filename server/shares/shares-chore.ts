import type { Chore } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { dayMs, endedKeptDays } from './share.ts'
import { usesKeptDays } from './share-use.ts'
import { deleteUsesBefore } from './share-uses-table.ts'
import { deleteSharesEndedBefore } from './shares-table.ts'

const usesAtOnce = 5000
/** Each takes up to a thousand lines of its use along. */
const linksAtOnce = 100

/** Who used a link is nobody's business for ever, and a link that ended long ago is nobody's at all. */
export function sharesChore({ database, clock }: { readonly database: Database; readonly clock: Clock }): Chore {
  return {
    name: 'share-uses',
    title: 'Forgetting old links',
    about: `Every day: links that ended more than ${endedKeptDays} days ago go, and who opened one more than ${usesKeptDays} days ago is forgotten.`,
    weight: 'light',
    needsClock: true,
    dueAt: every(dayMs),
    run: async ({ signal }) => {
      const beforeDays = (days: number) => clock.now() - days * dayMs
      const uses = await drain(usesAtOnce, signal, (limit) => deleteUsesBefore(database.kysely, beforeDays(usesKeptDays), limit))
      const links = await drain(linksAtOnce, signal, (limit) =>
        deleteSharesEndedBefore(database.kysely, beforeDays(endedKeptDays), limit),
      )
      if (uses + links === 0) return { summary: 'Nothing was old enough.' }
      return { summary: `${links} links and ${uses} lines of who used one went.` }
    },
  }
}

async function drain(atOnce: number, signal: AbortSignal, deleteSome: (limit: number) => Promise<number>): Promise<number> {
  let gone = 0
  for (let deleted = atOnce; deleted === atOnce; ) {
    signal.throwIfAborted()
    deleted = await deleteSome(atOnce)
    gone += deleted
  }
  return gone
}
