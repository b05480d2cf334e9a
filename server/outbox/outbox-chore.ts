import type { Chore } from '../chores/chore.ts'
import { daily } from '../chores/due.ts'
import type { OutboxService } from './outbox-service.ts'

/** The list of what was sent does not grow for ever. */
export function outboxChore(options: { readonly outbox: Pick<OutboxService, 'sweep'>; readonly timeZone: string }): Chore {
  return {
    name: 'outbox',
    title: 'Sweeping out old letters',
    about: 'Every night: forgets letters and events that were sent more than thirty days ago.',
    page: '/settings/letters',
    weight: 'light',
    needsClock: true,
    dueAt: daily({ hour: 4, timeZone: options.timeZone }),
    run: async () => {
      const { swept } = await options.outbox.sweep()
      return { summary: swept === 0 ? 'There was nothing old.' : `${swept} were forgotten.` }
    },
  }
}
