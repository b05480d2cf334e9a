/** A month of runs as ribbons. Pure. */

import { dayOf } from '../../views/format/when.ts'
import type { DayProps, MonthProps, RibbonProps } from '../../views/partials/month.ts'
import type { Reader } from '../../views/reader.ts'
import type { Computer } from '../devices/computer.ts'
import { browsePath, computerPath } from '../http/page-paths.ts'
import type { DeviceDay } from '../runs/run.ts'

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
  const hasLater = Temporal.PlainYearMonth.compare(month, present) < 0
  return {
    month,
    ribbons: computers.map((computer) => ribbonOf(computer, inMonth, options.mayReadFiles)),
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
