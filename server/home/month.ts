/** A month of runs as ribbons. Pure. */

import { dayStartsOf } from '../../views/format/calendar.ts'
import { dayOf } from '../../views/format/when.ts'
import type { DayProps, MonthProps, RibbonProps } from '../../views/partials/month.ts'
import type { Reader } from '../../views/reader.ts'
import type { Computer } from '../devices/computer.ts'
import { browsePath, computerPath } from '../http/page-paths.ts'
import type { DeviceDay } from '../runs/run.ts'
import { nextBackupAt, plannedDays, type ToldJobs } from '../told-jobs/told-jobs.ts'

const monthPattern = /^\d{4}-(0[1-9]|1[0-2])$/
const firstYear = 2000
const lastYear = 9998

/** The month an address asks for; the reader's present one when it asks for none, or for one that cannot be. */
export function monthAsked(reader: Reader, query: string | undefined): Temporal.PlainYearMonth {
  const present = dayOf(reader, reader.nowMs).toPlainYearMonth()
  if (query === undefined || !monthPattern.test(query)) return present
  const asked = Temporal.PlainYearMonth.from(query)
  if (asked.year < firstYear || asked.year > lastYear) return present
  return Temporal.PlainYearMonth.compare(asked, present) > 0 ? present : asked
}

export function monthProps(options: {
  readonly reader: Reader
  readonly month: Temporal.PlainYearMonth
  readonly computers: readonly Computer[]
  readonly days: readonly DeviceDay[]
  readonly mayReadFiles: boolean
  /** What the computers told of their schedules. */
  readonly told?: readonly ToldJobs[]
  /** Of the page that shows it. */
  readonly path: string
}): MonthProps {
  const { reader, month, computers, days, path } = options
  const present = dayOf(reader, reader.nowMs).toPlainYearMonth()
  const first = computers
    .map(({ device }) => device.firstVersionAt ?? device.connectedAt)
    .reduce((one, other) => Math.min(one, other), reader.nowMs)
  const hasEarlier = Temporal.PlainYearMonth.compare(dayOf(reader, first).toPlainYearMonth(), month) < 0
  // What ends behind the last midnight that was asked for belongs to the next month.
  const inMonth = days.filter(({ dayIndex }) => dayIndex < month.daysInMonth)
  const planned = plannedBySchedules(dayStartsOf(reader, month))
  const hasLater = Temporal.PlainYearMonth.compare(month, present) < 0
  return {
    month,
    ribbons: computers.map((computer) => {
      const told = options.told?.find(({ deviceId }) => deviceId === computer.device.deviceId)
      const ribbon = ribbonOf(computer, inMonth, options.mayReadFiles)
      return told === undefined ? ribbon : { ...ribbon, plans: plansOf(reader, { month, told, kept: ribbon.days, planned }) }
    }),
    ...(hasEarlier ? { earlierPath: `${path}?month=${month.subtract({ months: 1 })}` } : {}),
    ...(hasLater ? { laterPath: `${path}?month=${month.add({ months: 1 })}` } : {}),
  }
}

function ribbonOf({ device, newest }: Computer, days: readonly DeviceDay[], mayReadFiles: boolean): RibbonProps {
  const own = days.filter(({ deviceId }) => deviceId === device.deviceId)
  const toDay = (day: DeviceDay): DayProps => {
    const isOpen = mayReadFiles && day.lastVersion !== undefined
    return { state: stateOf(day), atMs: day.lastAt, path: isOpen ? browsePath(day.lastVersion) : computerPath(device.deviceId) }
  }
  return {
    name: device.name,
    path: computerPath(device.deviceId),
    lastAtMs: newest?.receivedAt,
    sinceMs: device.connectedAt,
    days: new Map(own.map((day) => [day.dayIndex + 1, toDay(day)])),
  }
}

/** A day is as good as the best that was had of it: what a later try has made good is no cause for worry. */
function stateOf({ ok, partial }: DeviceDay): DayProps['state'] {
  if (ok > 0) return 'ok'
  return partial > 0 ? 'partial' : 'failed'
}

type Planned = (told: ToldJobs) => readonly boolean[]

/** Most computers of an office keep the same times: each set of them is gone through once. */
function plannedBySchedules(dayStarts: readonly number[]): Planned {
  const known = new Map<string, readonly boolean[]>()
  return (told) => {
    const key = JSON.stringify([told.timeZone, told.jobs.map(({ schedules, isPaused }) => (isPaused ? [] : schedules))])
    const days = known.get(key) ?? plannedDays(told, dayStarts)
    known.set(key, days)
    return days
  }
}

/** Of the days without a backup. What was planned before the schedule was known is not known. */
function plansOf(
  reader: Reader,
  of: {
    readonly month: Temporal.PlainYearMonth
    readonly told: ToldJobs
    readonly kept: ReadonlyMap<number, unknown>
    readonly planned: Planned
  },
): ReadonlyMap<number, 'off' | 'next' | 'none'> {
  const { month, told } = of
  if (!told.keepsSchedule) return new Map()
  const today = dayOf(reader, reader.nowMs)
  const since = dayOf(reader, told.schedulesSince)
  const next = nextBackupAt(told, reader.nowMs)
  const plans = new Map<number, 'off' | 'next' | 'none'>()
  for (const [index, isPlanned] of of.planned(told).entries()) {
    const date = month.toPlainDate({ day: index + 1 })
    const fromToday = Temporal.PlainDate.compare(date, today)
    if (of.kept.has(index + 1) || (Temporal.PlainDate.compare(date, since) <= 0 && fromToday < 0)) continue
    const isStillToCome = fromToday > 0 || (fromToday === 0 && next !== undefined && dayOf(reader, next).equals(today))
    if (isPlanned && isStillToCome) plans.set(index + 1, 'next')
    else if (isPlanned && fromToday < 0) plans.set(index + 1, 'off')
    else if (!isPlanned) plans.set(index + 1, 'none')
  }
  return plans
}
