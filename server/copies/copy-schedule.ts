/** When a copy is due. Pure; hours are those of the box's clock on the wall. */

/** Hours between runs that are offered; a day and a week may name the hour they begin in. */
export const copyIntervals = [1, 3, 6, 12, 24, 168] as const
export type CopyInterval = (typeof copyIntervals)[number]

export interface CopySchedule {
  readonly everyHours: CopyInterval
  /** 0 to 23; undefined: whenever the interval is over. */
  readonly atHour: number | undefined
}

const hourMs = 3_600_000
/** A run that began a little late must not push the next one to the following day. */
const slackMs = 6 * hourMs

export interface LastRun {
  readonly startedAt: number | undefined
  /** Undefined: the box was stopped meanwhile. */
  readonly endedAt: number | undefined
  readonly hasFailed: boolean
}

/** A copy that never ran, or was cut off, is due at once; one that failed is tried again within the hour. */
export function copyDueAt(schedule: CopySchedule, { startedAt, endedAt, hasFailed }: LastRun): number {
  if (startedAt === undefined || endedAt === undefined) return 0
  const nextAt = afterInterval(schedule, startedAt)
  return hasFailed ? Math.min(nextAt, endedAt + hourMs) : nextAt
}

function afterInterval({ everyHours, atHour }: CopySchedule, startedAt: number): number {
  if (atHour === undefined || everyHours < 24) return startedAt + everyHours * hourMs
  const earliest = startedAt + everyHours * hourMs - slackMs
  const due = new Date(earliest)
  due.setHours(atHour, 0, 0, 0)
  if (due.getTime() < earliest) due.setDate(due.getDate() + 1)
  return due.getTime()
}

export function isCopyInterval(hours: number): hours is CopyInterval {
  return (copyIntervals as readonly number[]).includes(hours)
}
