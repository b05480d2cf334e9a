import { z } from 'zod'
import type { Chore } from '../chores/chore.ts'
import { daily } from '../chores/due.ts'
import type { Database } from '../database/database.ts'
import { findCollectorHold } from '../rebuild/collector-hold.ts'
import { isId } from '../runtime/ids.ts'
import type { RetentionService } from './retention-service.ts'
import { describeRun } from './retention-text.ts'

export const retentionChoreName = 'retention'

/** What a person may narrow a run to. */
const inputSchema = z.object({ customerId: z.string().optional() }).catch({})

/** At night, before prune looks for what nobody needs any more. */
const atHour = 3

/** Has the rules done every day. */
export function retentionChore(options: {
  readonly database: Database
  readonly retention: Pick<RetentionService, 'apply'>
  readonly timeZone: string
}): Chore {
  const { database, retention, timeZone } = options
  return {
    name: retentionChoreName,
    title: 'Letting old versions go',
    about: 'Every night the versions that no rule keeps go into the bin, and after seven days for good.',
    weight: 'heavy',
    needsClock: true,
    dueAt: daily({ hour: atHour, timeZone }),
    run: async ({ signal, onProgress, input }) => {
      const { customerId } = inputSchema.parse(input)
      if ((await findCollectorHold(database.kysely)) !== undefined)
        return { summary: 'Nothing was let go: the box waits for somebody to look at what the rebuild found.' }
      const done = await retention.apply({
        reach: customerId !== undefined && isId('cus', customerId) ? [customerId] : 'all',
        signal,
        onProgress: ({ computers }) => onProgress({ words: 'computers done', done: computers, unit: 'count' }),
      })
      return { summary: describeRun(done), detail: done }
    },
  }
}
