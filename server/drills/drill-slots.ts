/**
 * When each computer's weekly drill is due: at a quarter of an hour of one of the nights, by its id, so that five hundred of them do not
 * come at once. A turn that was missed, because the box was off or had no time, is caught up once. Pure.
 */
import { createHash } from 'node:crypto'
import type { Id } from '../runtime/ids.ts'

/** What is known of a computer that has a good version. */
export interface DrillTurn {
  readonly deviceId: Id<'dev'>
  /** When its first version came: nothing is due before the turn after that. */
  readonly sinceMs: number
  readonly triedAt: number | undefined
  readonly hasNotRun: boolean
}

/** 168: seven days of 24 quarters, from midnight to six. */
const quartersPerNight = 24
const quarterMs = 15 * 60_000
const daysOfWeek = 7
/** A drill that could not run is tried again after so long. */
const retryAfterMs = 24 * 60 * 60 * 1000

/** In the past: now. */
export function drillDueAt(turn: DrillTurn, moments: SlotMoments): number {
  const { last, next } = moments.of(slotOf(turn.deviceId))
  const done = turn.triedAt ?? turn.sinceMs
  const weekly = done < last ? last : next
  return turn.hasNotRun && turn.triedAt !== undefined ? Math.min(weekly, turn.triedAt + retryAfterMs) : weekly
}

/** 0 to 167. */
export function slotOf(deviceId: Id<'dev'>): number {
  return createHash('sha256').update(deviceId).digest().readUInt32LE(0) % (daysOfWeek * quartersPerNight)
}

/** The last moment of a slot that is not after now, and the next one that is. */
export interface SlotMoments {
  readonly of: (slot: number) => { readonly last: number; readonly next: number }
}

/** Each slot is worked out once. */
export function slotMoments(nowMs: number, timeZone: string): SlotMoments {
  const today = Temporal.Instant.fromEpochMilliseconds(nowMs).toZonedDateTimeISO(timeZone).toPlainDate()
  const known = new Map<number, { readonly last: number; readonly next: number }>()
  const momentOf = (date: Temporal.PlainDate, quarter: number) =>
    date.toZonedDateTime(timeZone).epochMilliseconds + quarter * quarterMs
  return {
    of: (slot) => {
      const found = known.get(slot)
      if (found !== undefined) return found
      const day = Math.floor(slot / quartersPerNight) + 1
      const quarter = slot % quartersPerNight
      const thisWeek = today.add({ days: day - today.dayOfWeek })
      const moments = [-daysOfWeek, 0, daysOfWeek].map((days) => momentOf(thisWeek.add({ days }), quarter))
      const next = moments.find((ms) => ms > nowMs) ?? nowMs
      const last = moments.findLast((ms) => ms <= nowMs) ?? nowMs
      known.set(slot, { last, next })
      return { last, next }
    },
  }
}
