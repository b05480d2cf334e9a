import type { Chore } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { UsageService } from './usage-service.ts'

const sixHoursMs = 6 * 60 * 60 * 1000

/** Reads how much each plan keeps, so that people see how it grew and when it will be full. */
export function usageChore({ usage }: { readonly usage: Pick<UsageService, 'read'> }): Chore {
  return {
    name: 'usage',
    title: 'Reading how much is kept',
    about:
      'Every six hours it writes down how much each plan and computer keeps, for charts and for the day a plan will be full.',
    weight: 'light',
    needsClock: false,
    dueAt: every(sixHoursMs),
    run: async () => {
      await usage.read()
      return { summary: 'Today’s reading is written down.' }
    },
  }
}
