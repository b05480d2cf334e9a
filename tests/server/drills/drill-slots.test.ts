import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type DrillTurn, drillDueAt, slotMoments, slotOf } from '../../../server/drills/drill-slots.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const weekMs = 7 * dayMs
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'] as const
const fromMs = Date.UTC(2026, 0, 1)

const turnOf = (turn: Partial<DrillTurn>): DrillTurn => ({
  deviceId: newId('dev', systemRandomness),
  sinceMs: fromMs,
  triedAt: undefined,
  hasNotRun: false,
  ...turn,
})

/** What a box does that looks when something is due, and is off between two moments. */
function runs(turn: DrillTurn, timeZone: string, until: { readonly days: number; readonly off?: readonly [number, number] }) {
  const began: number[] = []
  let now = turn
  for (let atMs = fromMs; atMs < fromMs + until.days * dayMs; ) {
    if (until.off !== undefined && atMs >= until.off[0] && atMs < until.off[1]) atMs = until.off[1]
    const due = drillDueAt(now, slotMoments(atMs, timeZone))
    if (due > atMs) {
      atMs = due
      continue
    }
    began.push(atMs)
    now = { ...now, triedAt: atMs }
    atMs += 60_000
  }
  return began
}

describe('the weekly turn', () => {
  test.each(zones)(
    'comes once a week at the same time of a night, also when the clocks change: %s',
    (timeZone) => {
      for (let computer = 0; computer < 20; computer += 1) {
        const began = runs(turnOf({}), timeZone, { days: 105 })
        expect(began.length).toBeGreaterThanOrEqual(14)
        expect(began.length).toBeLessThanOrEqual(16)
        for (const [index, atMs] of began.entries())
          if (index > 0) expect(Math.abs(atMs - began[index - 1]! - weekMs)).toBeLessThanOrEqual(hourMs)
        const local = began.map((ms) => Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone))
        expect(new Set(local.map(({ dayOfWeek }) => dayOfWeek)).size).toBe(1)
        // Half an hour of a night may come twice, or not at all.
        for (const { hour } of local) expect(hour).toBeLessThan(8)
      }
    },
    30_000,
  )

  test('that was missed is caught up once, however many were', () => {
    const turn = turnOf({})
    const [first] = runs(turn, 'UTC', { days: 14 })
    const off = [first! + hourMs, first! + 4 * weekMs + 3 * hourMs] as const
    const began = runs(turn, 'UTC', { days: 49, off })
    expect(began.filter((ms) => ms >= off[1] && ms < off[1] + 5 * 60_000)).toHaveLength(1)
    expect(began.filter((ms) => ms >= off[1] && ms < off[1] + weekMs)).toHaveLength(2)
  })

  test('does not come to a computer whose first version is younger than it', () => {
    const nowMs = fromMs + 10 * dayMs + hourMs
    const turn = turnOf({ sinceMs: nowMs - 60_000 })
    const due = drillDueAt(turn, slotMoments(nowMs, 'UTC'))
    expect(due).toBeGreaterThan(nowMs - 60_000)
    expect(due).toBeLessThanOrEqual(nowMs + weekMs)
  })

  test('that could not run is tried again a day later', () => {
    const triedAt = fromMs + 10 * dayMs
    const moments = slotMoments(triedAt + hourMs, 'UTC')
    const due = drillDueAt(turnOf({ triedAt, hasNotRun: true }), moments)
    expect(due).toBeLessThanOrEqual(triedAt + dayMs)
    expect(drillDueAt(turnOf({ triedAt }), moments)).toBeGreaterThan(triedAt)
  })

  test('of five hundred computers are spread over the nights of the week', () => {
    const slots = Array.from({ length: 500 }, () => slotOf(newId('dev', systemRandomness)))
    for (const slot of slots) expect(slot).toBeLessThan(168)
    const nights = Map.groupBy(slots, (slot) => Math.floor(slot / 24))
    for (let night = 0; night < 7; night += 1) expect(nights.get(night)?.length).toBeGreaterThan(30)
  })
})

test('the moments of a slot lie around now, a week apart', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 167 }),
      fc.integer({ min: fromMs, max: fromMs + 400 * dayMs }),
      fc.constantFrom(...zones),
      (slot, nowMs, timeZone) => {
        const { last, next } = slotMoments(nowMs, timeZone).of(slot)
        expect(last).toBeLessThanOrEqual(nowMs)
        expect(next).toBeGreaterThan(nowMs)
        // An hour, where the clocks are changed between the two.
        expect(Math.abs(next - last - weekMs)).toBeLessThanOrEqual(hourMs)
      },
    ),
  )
})
