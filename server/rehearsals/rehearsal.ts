/**
 * What other terms would do to a customer's backups, told on the versions and packs as they are. Nothing is changed by asking. It
 * promises as much as the nightly rules do: what is said to go goes by the same decisions, once the time to undo is over.
 */
import type { PlanTerms } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'
import { forecastFull } from '../storage-volumes/disk-forecast.ts'

export interface RehearsedTerms extends PlanTerms {
  readonly planName: string
}

export interface RehearsedComputer {
  readonly deviceId: Id<'dev'>
  readonly name: string
  readonly staying: number
  readonly going: number
  /** Of what goes, what nothing else needs; undefined where it was not counted. */
  readonly freedBytes: number | undefined
  readonly storedBytes: number
  readonly lastSeenAt: number
  /** Rules of its own hold whatever the plan says. */
  readonly hasOwnRules: boolean
  /** It backs up under this plan, and counts against its computers. */
  readonly hasPlace: boolean
  /** When each version came, the newest first. */
  readonly versions: readonly { readonly atMs: number; readonly isGoing: boolean }[]
}

export interface Rehearsal {
  readonly atMs: number
  readonly before: RehearsedTerms
  readonly after: RehearsedTerms
  /** In the order in which they were connected. */
  readonly computers: readonly RehearsedComputer[]
  readonly going: number
  readonly staying: number
  /** Together it may be more than the sum: what two computers share comes free with both. Undefined: it took too long. */
  readonly freedBytes: number | undefined
  readonly usedBytes: number
  /** When each would be full, at the pace of the last weeks; undefined: not within ten years, or nobody can tell yet. */
  readonly fullAt: { readonly before: number | undefined; readonly after: number | undefined }
}

/** How many computers have no place under the other terms. */
export function placesOver({ computers, after }: Pick<Rehearsal, 'computers' | 'after'>): number {
  return Math.max(0, computers.filter(({ hasPlace }) => hasPlace).length - after.devicesMax)
}

export function usedAfter({ usedBytes, freedBytes = 0 }: Pick<Rehearsal, 'usedBytes' | 'freedBytes'>): number {
  return Math.max(0, usedBytes - freedBytes)
}

/** Who would be stopped first: whoever has not been heard from for the longest time. */
export function suggestStops(rehearsal: Pick<Rehearsal, 'computers' | 'after'>): readonly Id<'dev'>[] {
  return rehearsal.computers
    .filter(({ hasPlace }) => hasPlace)
    .toSorted((one, other) => one.lastSeenAt - other.lastSeenAt)
    .slice(0, placesOver(rehearsal))
    .map(({ deviceId }) => deviceId)
}

/** Runs older than this say little about next month. */
export const forecastDays = 60
const dayMs = 24 * 60 * 60 * 1000

export interface AddedOnDay {
  /** Days since 1970, UTC. */
  readonly day: number
  readonly bytes: number
}

export function firstForecastDay(nowMs: number): number {
  return Math.floor(nowMs / dayMs) - forecastDays + 1
}

/** When a quota is full, by what the runs of the last sixty days added. One large first backup moves it little. */
export function forecastQuota(
  added: readonly AddedOnDay[],
  { usedBytes, quotaBytes, nowMs }: { readonly usedBytes: number; readonly quotaBytes: number; readonly nowMs: number },
): number | undefined {
  const roomBytes = quotaBytes - usedBytes
  if (roomBytes <= 0) return nowMs
  const first = added.reduce((earliest, { day }) => Math.min(earliest, day), Number.POSITIVE_INFINITY)
  if (!Number.isFinite(first)) return undefined
  const byDay = new Map(added.map(({ day, bytes }) => [day, bytes]))
  let usedSoFar = 0
  const days = Array.from({ length: Math.floor(nowMs / dayMs) - first + 1 }, (_, index) => {
    usedSoFar += byDay.get(first + index) ?? 0
    return { day: first + index, usedBytes: usedSoFar }
  })
  return forecastFull(days, { roomBytes, nowMs, daysLookedAt: forecastDays })?.fullAtMs
}
