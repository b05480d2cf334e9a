/** The rules that people set: the newest so many, the newest of each unit of time, all of the last days. Pure. */
import { startOfUnit, type UnitNames, unitNames } from './calendar.ts'
import type { RetainedVersion } from './decision.ts'
import { type AddReason, dayMs } from './floors.ts'
import { type CalendarUnit, calendarUnits, type RetentionRules } from './retention-rules.ts'

export interface RuleContext {
  readonly rules: RetentionRules
  readonly timeZone: string
  readonly nowMs: number
}

/** Of the good versions of one job, in the order of time. */
export function addRules<Version extends RetainedVersion>(
  good: readonly Version[],
  context: RuleContext,
  add: AddReason<Version>,
): void {
  const { rules, nowMs } = context
  const newestFirst = good.toReversed()
  newestFirst.slice(0, rules.keepLast).forEach((version, index) => {
    add(version, { kind: 'last', place: index + 1, count: rules.keepLast })
  })
  const withinMs = rules.allWithinDays * dayMs
  for (const version of newestFirst) {
    const takenMs = orderMs(version)
    if (nowMs - takenMs >= withinMs) break
    add(version, { kind: 'within', days: rules.allWithinDays, untilMs: takenMs + withinMs })
  }
  addUnits(newestFirst, context, add)
}

function addUnits<Version extends RetainedVersion>(
  newestFirst: readonly Version[],
  context: RuleContext,
  add: AddReason<Version>,
): void {
  const units = calendarUnits.filter((unit) => context.rules[unit] > 0)
  if (units.length === 0) return
  const now = unitNames(context.nowMs, context.timeZone)
  const found: Record<CalendarUnit, { last: string | undefined; place: number }> = {
    hourly: { last: undefined, place: 0 },
    daily: { last: undefined, place: 0 },
    weekly: { last: undefined, place: 0 },
    monthly: { last: undefined, place: 0 },
    yearly: { last: undefined, place: 0 },
  }
  for (const version of newestFirst) {
    if (units.every((unit) => found[unit].place > context.rules[unit])) return
    const names = unitNames(orderMs(version), context.timeZone)
    for (const unit of units) {
      const state = found[unit]
      if (state.last === names[unit]) continue
      state.last = names[unit]
      state.place += 1
      if (state.place <= context.rules[unit]) add(version, newestOf({ version, unit, names, now, place: state.place }, context))
    }
  }
}

function newestOf(
  found: {
    readonly version: RetainedVersion
    readonly unit: CalendarUnit
    readonly names: UnitNames
    readonly now: UnitNames
    readonly place: number
  },
  { rules, timeZone }: RuleContext,
) {
  const { version, unit, names, now, place } = found
  const count = rules[unit]
  const untilMs = startOfUnit(orderMs(version), timeZone, { unit, units: count })
  return { kind: 'newest-of', unit, name: names[unit], place, count, untilMs, isOpen: names[unit] === now[unit] } as const
}

/** No clock of a computer makes a version later than it came. */
export function orderMs({ takenMs, receivedMs }: RetainedVersion): number {
  return Math.min(takenMs, receivedMs)
}
