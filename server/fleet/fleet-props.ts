/** The fleet as its page shows it. Pure. */
import { countText } from '../../views/format/count.ts'
import { dayOf } from '../../views/format/when.ts'
import type { FleetColumn, FleetPageProps, FleetRow, FleetState, FleetTab } from '../../views/pages/fleet.ts'
import type { FleetSums } from '../../views/pages/fleet-sentence.ts'
import type { PagerProps } from '../../views/partials/pager.ts'
import type { SparkDay } from '../../views/partials/spark.ts'
import type { Reader } from '../../views/reader.ts'
import { computerPath, customerPath } from '../http/page-paths.ts'
import { titleOfCode } from '../http/problem-catalogue.ts'
import type { StandingKind } from '../standings/standing.ts'
import { type FleetComputer, type FleetCounts, type FleetDay, fleetPageSize, fleetSorts, sparkDays } from './fleet.ts'
import { type FleetAsked, fleetPath, offsetOf } from './fleet-query.ts'
import type { FleetChoice } from './fleet-table.ts'

export function sumsOf({ all, safe, of }: FleetCounts): FleetSums {
  const { failed, silent, partial, paused, none } = of
  return { all, safe, failed, silent, partial, paused, none }
}

/** As a person reads them; computers without a backup have a tab while there are any. */
const tabKinds: readonly StandingKind[] = ['failed', 'silent', 'partial', 'running', 'none', 'paused', 'ok']

export function tabsOf(asked: FleetAsked, counts: FleetCounts): readonly FleetTab[] {
  const here = asked.filter.kind
  const all = { kind: undefined, count: counts.all, path: fleetPath(asked, { kind: undefined }), isHere: here === undefined }
  const some = tabKinds
    .filter((kind) => kind !== 'none' || counts.of.none > 0 || here === 'none')
    .map((kind) => ({ kind, count: counts.of[kind], path: fleetPath(asked, { kind }), isHere: here === kind }))
  return [all, ...some]
}

/** A column that the table is in the order of leads to the other way round. */
export function columnsOf(asked: FleetAsked): readonly FleetColumn[] {
  return fleetSorts.map((sort) => {
    const isHere = asked.order.sort === sort
    const isDescending = isHere && !asked.order.isDescending
    const order = isHere ? (asked.order.isDescending ? 'descending' : 'ascending') : undefined
    return { sort, path: fleetPath(asked, { sort, isDescending }), order }
  })
}

export function choicesOf(
  { filter }: FleetAsked,
  { customers, plans }: FleetChoice,
): Pick<FleetPageProps, 'customers' | 'plans'> {
  return {
    customers: customers.map(({ customerId, name }) => ({ value: customerId, name, isChosen: customerId === filter.customerId })),
    plans: plans.map(({ planId, name }) => ({ value: planId, name, isChosen: planId === filter.planId })),
  }
}

export function pagerOf(
  reader: Reader,
  asked: FleetAsked,
  found: { readonly total: number; readonly shown: number },
): PagerProps {
  const { page } = asked
  const first = offsetOf(asked) + 1
  const words = `${countText(reader, first)} to ${countText(reader, first + found.shown - 1)} of ${countText(reader, found.total)}`
  return {
    words: found.shown === 0 ? `None of ${countText(reader, found.total)}` : words,
    ...(page > 1 ? { back: fleetPath(asked, { page: page - 1 }) } : {}),
    ...(page * fleetPageSize < found.total ? { next: fleetPath(asked, { page: page + 1 }) } : {}),
  }
}

/** The midnights of a reader's last fortnight, today's included. */
export function sparkDayStarts(reader: Reader): readonly number[] {
  const today = dayOf(reader, reader.nowMs)
  return Array.from(
    { length: sparkDays },
    (_, index) => today.subtract({ days: sparkDays - 1 - index }).toZonedDateTime(reader.timeZone).epochMilliseconds,
  )
}

export function rowsOf(reader: Reader, computers: readonly FleetComputer[], days: readonly FleetDay[]): readonly FleetRow[] {
  const starts = sparkDayStarts(reader)
  const byDevice = Map.groupBy(days, ({ deviceId }) => deviceId)
  return computers.map((computer) => ({
    value: computer.deviceId,
    name: computer.name,
    path: computerPath(computer.deviceId),
    customer: computer.customer.name,
    customerPath: customerPath(computer.customer.customerId),
    state: fleetState(computer, reader.nowMs),
    lastGoodAtMs: computer.standing.goodAt,
    nextAtMs: computer.nextAt,
    storedBytes: computer.storedBytes,
    days: sparkOf(computer, starts, byDevice.get(computer.deviceId) ?? []),
  }))
}

/** Codes, counts and times: the words of a run may name files, which are not for staff. */
export function fleetState({ kind, standing }: FleetComputer, nowMs: number): FleetState {
  const { ended, goodAt, runningSince, pause } = standing
  switch (kind) {
    case 'failed':
      return { kind, times: ended?.failures ?? 1, why: ended?.code === undefined ? undefined : titleOfCode(ended.code) }
    case 'silent':
      return { kind, sinceMs: goodAt ?? nowMs }
    case 'partial':
      return { kind, skipped: ended?.skipped ?? 0 }
    case 'running':
      return { kind, sinceMs: runningSince ?? nowMs }
    case 'paused':
      return { kind, of: pause?.of ?? 'computer', untilMs: pause?.untilMs }
    case 'none':
    case 'ok':
      return { kind }
    default:
      return kind satisfies never
  }
}

function sparkOf(computer: FleetComputer, starts: readonly number[], days: readonly FleetDay[]): readonly SparkDay[] {
  const byIndex = new Map(days.map(({ dayIndex, verdict }) => [dayIndex, verdict]))
  return starts.map((_start, index): SparkDay => {
    const verdict = byIndex.get(index)
    if (verdict !== undefined) return verdict
    const endsAt = starts[index + 1]
    if (endsAt === undefined) return computer.kind === 'running' ? 'running' : 'quiet'
    if (endsAt <= computer.connectedAt) return 'before'
    return computer.kind === 'silent' && endsAt > (computer.standing.goodAt ?? 0) ? 'missed' : 'quiet'
  })
}
