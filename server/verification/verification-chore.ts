import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { Chore } from '../chores/chore.ts'
import { every } from '../chores/due.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { forgiveDevices } from './blame-devices.ts'
import type { Backlog, VerificationService } from './verification-service.ts'

const hourMs = 60 * 60 * 1000
/** What is promised: each record is opened within a day of its arrival. */
export const lateAfterMs = 24 * hourMs

/** The work itself never stops (verification-service.ts); this watches that it comes to its end, and forgives computers in time. */
export function verificationChore(services: {
  readonly database: Database
  readonly clock: Clock
  readonly alarms: AlarmsService
  readonly verification: VerificationService
}): Chore {
  const { clock, alarms, verification } = services
  return {
    name: 'verification',
    title: 'Opening what arrived',
    about: 'All the time: every record that arrives is opened once, within a day, so that a fault of a computer is found early.',
    page: '/storage/check',
    weight: 'light',
    needsClock: false,
    dueAt: every(hourMs),
    run: async () => {
      const backlog = await verification.backlog()
      const isLate = backlog.oldestAt !== undefined && clock.now() - backlog.oldestAt > lateAfterMs
      const key = { code: 'HF-VERIFICATION-LATE', subject: 'verification' } as const
      await alarms.report(key, isLate ? { detail: waitingSentence(backlog) } : undefined)
      await forgiveDevices(services)
      return { summary: waitingSentence(backlog), detail: backlog }
    },
  }
}

function waitingSentence({ packs }: Backlog): string {
  if (packs === 0) return 'All that arrived has been opened.'
  return `${packs} ${packs === 1 ? 'pack waits' : 'packs wait'} to be opened.`
}
