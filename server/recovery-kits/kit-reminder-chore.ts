import type { Chore } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { KitReminders } from './kit-reminders.ts'

const dayMs = 86_400_000

/** Asks once a year whether the printed kits are where they should be. */
export function kitReminderChore({ kitReminders }: { readonly kitReminders: KitReminders }): Chore {
  return {
    name: 'recovery-kits',
    title: 'Asking for the recovery kits',
    about:
      'Once a day it looks which recovery kits were never printed, or more than a year ago, and reminds those who keep them.',
    page: '/storage/recovery',
    weight: 'light',
    needsClock: true,
    dueAt: every(dayMs),
    run: async () => {
      const { due } = await kitReminders.look()
      return { summary: due === 0 ? 'Every kit was printed within the last year.' : `${due} should be printed.` }
    },
  }
}
