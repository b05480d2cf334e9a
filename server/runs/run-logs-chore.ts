import type { Chore } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { RunReportsService } from './run-reports-service.ts'

const dayMs = 86_400_000

/** Logs of backups are kept as long as people may ask about them, and never more than an account may hold. */
export function runLogsChore({ runReports }: { readonly runReports: Pick<RunReportsService, 'sweep'> }): Chore {
  return {
    name: 'run-logs',
    title: 'Removing old logs of backups',
    about: 'Once a day: logs older than 400 days go, and the oldest of an account that holds more than 256 MiB of them.',
    weight: 'light',
    needsClock: true,
    dueAt: every(dayMs),
    run: async () => {
      const { logs } = await runReports.sweep()
      return { summary: logs === 0 ? 'None was too old.' : `${logs} were too old.` }
    },
  }
}
