/**
 * What the box wants a person to know without being asked: raised by whatever finds it, settled by whatever sees that it is over.
 * Raising again what is raised already changes nothing but its last time, so that work that comes every minute may say it every minute.
 */
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import { type Alarm, type AlarmFilter, type AlarmKey, type NewAlarm, settledShown } from './alarm.ts'
import type { AlarmCode } from './alarm-catalogue.ts'
import * as table from './alarms-table.ts'

export interface AlarmsService {
  readonly raise: (alarm: NewAlarm) => Promise<void>
  /** No alarm there, or a settled one, is no error. */
  readonly settle: (key: AlarmKey) => Promise<void>
  /** Raises it while there is something to say, settles it when there is not. */
  readonly report: (key: AlarmKey, alarm: Omit<NewAlarm, keyof AlarmKey> | undefined) => Promise<void>
  /** Raises these, and settles every other one of the code: for whoever has just looked at all there is. */
  readonly keepOnly: (code: AlarmCode, alarms: readonly Omit<NewAlarm, 'code'>[]) => Promise<void>
  /** Open ones, by a cursor. `all` sees the box's own; a list of customers only what is theirs. */
  readonly list: (asked: {
    readonly reach: CustomerReach
    readonly after: number
    readonly limit: number
    readonly filter?: AlarmFilter
  }) => Promise<readonly Alarm[]>
  /** The last few that are over. */
  readonly listSettled: (reach: CustomerReach, filter?: AlarmFilter) => Promise<readonly Alarm[]>
}

export function createAlarmsService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly log: Log
}): AlarmsService {
  const { clock, log } = options
  const { kysely } = options.database

  const raise: AlarmsService['raise'] = async (alarm) => {
    const nowMs = clock.now()
    if (await table.repeatAlarm(kysely, alarm, nowMs)) return
    await table.beginAlarm(kysely, alarm, nowMs)
    const { code, subject, detail } = alarm
    log.warn({ code, subject, detail }, 'alarm raised')
  }
  const settle: AlarmsService['settle'] = async (key) => {
    if (await table.settleAlarm(kysely, key, clock.now())) log.info({ ...key }, 'alarm settled')
  }
  return {
    raise,
    settle,
    report: ({ code, subject }, alarm) => (alarm === undefined ? settle({ code, subject }) : raise({ ...alarm, code, subject })),
    keepOnly: async (code, found) => {
      for (const alarm of found) await raise({ ...alarm, code })
      const held = new Set(found.map(({ subject }) => subject))
      for (const subject of await table.listOpenSubjects(kysely, code)) if (!held.has(subject)) await settle({ code, subject })
    },
    list: (asked) => table.listOpenAlarms(kysely, asked),
    listSettled: (reach, filter = {}) => table.listSettledAlarms(kysely, { reach, limit: settledShown, filter }),
  }
}
