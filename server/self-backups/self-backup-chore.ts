import type { Chore } from '../chores/chore.ts'
import { daily } from '../chores/due.ts'
import type { SelfBackups } from './self-backups-service.ts'

/** Before retention and prune have their night. */
const atHour = 2

/** The nightly one; those after changes do not wait for a chore's minute. */
export function selfBackupChore(options: { readonly selfBackups: Pick<SelfBackups, 'run'>; readonly timeZone: string }): Chore {
  const { selfBackups, timeZone } = options
  return {
    name: 'self-backup',
    title: 'Backing up the box itself',
    about:
      'Every night, and within a minute of a change, people, plans, settings and keys go into a sealed file beside the backups.',
    page: '/storage/recovery',
    weight: 'light',
    needsClock: false,
    dueAt: daily({ hour: atHour, timeZone }),
    run: async () => {
      const { number, sizeBytes } = await selfBackups.run()
      return { summary: `Self-backup ${number} is written: ${sizeBytes} bytes.`, detail: { number, sizeBytes } }
    },
  }
}
