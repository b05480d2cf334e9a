/** How often a plan lets a schedule back up. Pure. */

const minuteMs = 60_000
/** An eighth is forgiven: a daily backup stays daily on the day that has 23 hours, and after a run that began late. */
const forgivenShare = 1 / 8

/**
 * The first moment at which a schedule may start a job again, after its last good backup began; undefined when it may at any time.
 * What a person starts is never too soon: whoever has just finished a day's work must be able to save it.
 */
export function nextStartAllowed(job: {
  readonly lastStartedAt: number | undefined
  readonly minIntervalMinutes: number
  readonly startedBy: RunStart
  readonly nowMs: number
}): number | undefined {
  const { lastStartedAt, minIntervalMinutes, startedBy, nowMs } = job
  if (startedBy === 'hand' || lastStartedAt === undefined || minIntervalMinutes === 0) return undefined
  // A start in the future is a clock that went back: it must not stop backups.
  if (lastStartedAt > nowMs) return undefined
  const allowedAt = lastStartedAt + Math.ceil(minIntervalMinutes * minuteMs * (1 - forgivenShare))
  return nowMs < allowedAt ? allowedAt : undefined
}

/** `4 hours`, `1 day`, `90 minutes`. */
export function intervalText(minutes: number): string {
  const unit = units.find((one) => minutes % one.minutes === 0) ?? units[2]
  const count = minutes / unit.minutes
  return `${count}\u00a0${unit.name}${count === 1 ? '' : 's'}`
}

const units = [
  { name: 'day', minutes: 24 * 60 },
  { name: 'hour', minutes: 60 },
  { name: 'minute', minutes: 1 },
] as const

export const runStarts = ['hand', 'schedule'] as const
export type RunStart = (typeof runStarts)[number]
