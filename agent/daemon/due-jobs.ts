import { createHash } from 'node:crypto'
import { parseSchedule } from '../../selection/schedule.ts'
import { nextTime, startDelay } from '../../selection/schedule-times.ts'
import type { Job } from '../config/configuration.ts'

/*
 * Which jobs are due. Pure. From the moment up to which a job's times are done, the next one is looked for: when it lies in the past,
 * the job is due, once, however many times were missed while the computer was off or asleep.
 */

/** Up to when a job's times are done, and of which schedules. */
export interface DoneUntil {
  readonly schedules: string
  readonly atMs: number
}

export type DoneUntilByJob = Readonly<Record<string, DoneUntil>>

export interface DueJobs {
  readonly due: readonly { readonly job: Job; readonly dueAtMs: number }[]
  readonly doneUntil: DoneUntilByJob
  /** When the next one is due; undefined: no job has times. */
  readonly nextAtMs: number | undefined
}

/** A clock that was wrong and is put back must not stop backups until it comes round again. */
const clockToleranceMs = 5 * 60_000

export function findDueJobs(state: {
  readonly jobs: readonly Job[]
  readonly doneUntil: DoneUntilByJob
  readonly nowMs: number
  readonly timeZone: string
  /** Of this computer: 0 to 1 for each job, always the same. */
  readonly shareOf: (job: string) => number
}): DueJobs {
  const { nowMs, timeZone } = state
  const due: { job: Job; dueAtMs: number }[] = []
  const doneUntil: Record<string, DoneUntil> = {}
  let nextAtMs: number | undefined
  for (const job of state.jobs) {
    if (job.isPaused || job.schedules.length === 0) continue
    const schedules = job.schedules.join('\n')
    const known = state.doneUntil[job.name]
    // New schedules begin now: a time of day that has passed today is not a missed one.
    const isKnown = known?.schedules === schedules && known.atMs <= nowMs + clockToleranceMs
    const fromMs = isKnown ? known.atMs : nowMs
    const starts = startsAfter(job, fromMs, timeZone, state.shareOf(job.name))
    const first = starts.length === 0 ? undefined : Math.min(...starts)
    const isDue = first !== undefined && first <= nowMs
    if (isDue) due.push({ job, dueAtMs: first })
    doneUntil[job.name] = { schedules, atMs: isDue ? nowMs : fromMs }
    const next = isDue ? Math.min(...startsAfter(job, nowMs, timeZone, state.shareOf(job.name))) : first
    if (next !== undefined && Number.isFinite(next)) nextAtMs = Math.min(next, nextAtMs ?? next)
  }
  return { due, doneUntil, nextAtMs }
}

/** When a job's next time is, without the delay of the start. */
export function nextDueAfter(job: Job, afterMs: number, timeZone: string): number | undefined {
  const times = job.schedules.flatMap((text) => nextTime(parseSchedule(text), afterMs, timeZone) ?? [])
  return times.length === 0 ? undefined : Math.min(...times)
}

export function shareOfComputer(device: string): (job: string) => number {
  return (job) => createHash('sha256').update(`${device} ${job}`).digest().readUInt32BE(0) / 0x1_0000_0000
}

function startsAfter(job: Job, fromMs: number, timeZone: string, share: number): readonly number[] {
  return job.schedules.map(parseSchedule).flatMap((schedule) => {
    const next = nextTime(schedule, fromMs, timeZone)
    return next === undefined ? [] : [next + startDelay(schedule, share)]
  })
}
