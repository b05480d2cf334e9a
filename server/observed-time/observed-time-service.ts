/** The box's heartbeat, and the alarm while its clock is not to be believed. */

import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import {
  type ClockJump,
  confirmedReading,
  firstReading,
  nextReading,
  type ObservedTime,
  readingAtStart,
} from './observed-time.ts'
import * as table from './observed-time-table.ts'

export interface ObservedTimeService {
  /** Once, before the first tick: a box that was off is no jump. */
  readonly start: () => Promise<void>
  /** The heartbeat, once a minute. Returns the new reading. */
  readonly tick: () => Promise<number>
  /** Milliseconds as of the last tick. */
  readonly read: () => Promise<number>
  /** While it is there, nothing is removed for being old. */
  readonly findJump: () => Promise<ClockJump | undefined>
  /** Somebody says that the clock is right. */
  readonly confirmClock: (actingAs: ActingAs) => Promise<void>
}

const alarmKey = { code: 'HF-CLOCK-JUMPED', subject: 'clock' } as const

export function createObservedTime(options: {
  readonly database: Database
  readonly clock: Clock
  readonly alarms: Pick<AlarmsService, 'report'>
}): ObservedTimeService {
  const { database, clock, alarms } = options

  const change = async (
    next: (before: ObservedTime, nowMs: number) => ObservedTime,
    besides?: (transaction: Transaction, nowMs: number) => Promise<void>,
  ) => {
    const nowMs = clock.now()
    const reading = await database.transaction(async (transaction) => {
      const before = await table.findReadingLocked(transaction)
      const after = before === undefined ? firstReading(nowMs) : next(before, nowMs)
      await table.saveReading(transaction, after)
      await besides?.(transaction, nowMs)
      return after
    })
    await alarms.report(alarmKey, reading.jump && { detail: jumpText(reading.jump) })
    return reading
  }
  return {
    start: async () => {
      await change(readingAtStart)
    },
    tick: async () => (await change(nextReading)).observedMs,
    read: () => table.readObservedTime(database.kysely),
    findJump: async () => (await table.findReading(database.kysely))?.jump,
    confirmClock: async (actingAs) => {
      await change(confirmedReading, (transaction, at) =>
        insertAudit(transaction, { ...actingAs, at, action: 'clock.confirmed' }),
      )
    },
  }
}

function jumpText({ noticedAt, expectedAt }: ClockJump): string {
  const [now, expected] = [noticedAt, expectedAt].map((ms) => new Date(ms).toISOString().slice(0, 16).replace('T', ' '))
  return `It showed ${now} UTC where about ${expected} UTC was expected. Retention and prune wait.`
}
