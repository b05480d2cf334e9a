/**
 * When a disk will be full, by how much it grew. The middle (median) of its growth over a week at a time is taken, for every week that is
 * known: one large first backup, or one prune, moves that little, where a line through all days would follow it; and a week holds
 * working days and days off alike.
 */

export interface UsageDay {
  /** Days since 1970, UTC. */
  readonly day: number
  readonly usedBytes: number
}

export interface Forecast {
  readonly bytesPerDay: number
  /** Undefined: it does not grow, or not so that anybody alive would see it full. */
  readonly fullAtMs: number | undefined
}

const dayMs = 24 * 60 * 60 * 1000
const minDays = 4
const weekDays = 7
/** Growth of long ago says little about next month. */
export const usageDaysLookedAt = 45
const farthestDays = 10 * 365

/** Undefined: there is too little to go by. `roomBytes`: what may still be written from `nowMs` on. */
export function forecastFull(
  days: readonly UsageDay[],
  {
    roomBytes,
    nowMs,
    daysLookedAt = usageDaysLookedAt,
  }: { readonly roomBytes: number; readonly nowMs: number; readonly daysLookedAt?: number },
): Forecast | undefined {
  const recent = days.toSorted((one, other) => one.day - other.day).slice(-daysLookedAt)
  const [first, last] = [recent[0], recent.at(-1)]
  if (first === undefined || last === undefined || last.day - first.day + 1 < minDays) return undefined
  const bytesPerDay = median(slopes(recent))
  if (bytesPerDay <= 0) return { bytesPerDay, fullAtMs: undefined }
  const daysLeft = Math.max(0, roomBytes) / bytesPerDay
  return { bytesPerDay, fullAtMs: daysLeft > farthestDays ? undefined : nowMs + daysLeft * dayMs }
}

/** Growth a day, over a week from each day on; over less while less than three weeks are known, so that one leap is still outnumbered. */
function slopes(days: readonly UsageDay[]): readonly number[] {
  const spanDays = days.at(-1)!.day - days[0]!.day
  const stepDays = Math.min(weekDays, Math.max(1, Math.floor(spanDays / 3)))
  return days.flatMap((one) => {
    const other = days.find(({ day }) => day >= one.day + stepDays)
    return other === undefined ? [] : [(other.usedBytes - one.usedBytes) / (other.day - one.day)]
  })
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}
