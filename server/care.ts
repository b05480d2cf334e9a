/**
 * What every part of the box may need: alarms, and the time that the box itself saw pass. A part of the composition root, made
 * before all others; the chores, which call the others, are made last (chore-list.ts).
 */
import { type AlarmsService, createAlarmsService } from './alarms/alarms-service.ts'
import type { Database } from './database/database.ts'
import { createObservedTime, type ObservedTimeService } from './observed-time/observed-time-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'

export interface Care {
  readonly alarms: AlarmsService
  readonly observedTime: ObservedTimeService
}

export function createCare(options: { readonly database: Database; readonly clock: Clock; readonly log: Log }): Care {
  const alarms = createAlarmsService(options)
  return { alarms, observedTime: createObservedTime({ ...options, alarms }) }
}
