/**
 * What a computer backs up and when, as it told the box last. The computer's own configuration is the truth; this copy carries its
 * revision, so that an edit from the dashboard that is older than an edit over there is seen, and shown, and never merged.
 * Paths in it are contents: pages for staff show counts.
 */
import { parseSchedule, type Schedule } from '../../selection/schedule.ts'
import { nextTimeOf } from '../../selection/schedule-times.ts'
import type { Id } from '../runtime/ids.ts'

export interface ToldJobs {
  readonly deviceId: Id<'dev'>
  readonly customerId: Id<'cus'>
  /** Counter and hash of the configuration's jobs: `7-0123456789abcdef`. */
  readonly revision: string
  readonly jobs: readonly ToldJob[]
  readonly platform: string
  /** Of the computer: its times of day are meant so. */
  readonly timeZone: string
  /** The earliest time at which one of its jobs is due, as the computer counts. */
  readonly nextAt: number | undefined
  /** Whether the program that starts jobs by themselves runs there. */
  readonly keepsSchedule: boolean
  readonly toldAt: number
  /** Since when its schedules are what they are, as far as the box knows. */
  readonly schedulesSince: number
}

export interface ToldJob {
  readonly name: string
  readonly sources: readonly string[]
  readonly excludes: readonly string[]
  readonly schedules: readonly string[]
  readonly keep: string | undefined
  readonly isPaused: boolean
  readonly nextAt: number | undefined
}

/** Without those of paused jobs, and without what cannot be read: a newer program may know more of them. */
export function activeSchedules(jobs: readonly Pick<ToldJob, 'schedules' | 'isPaused'>[]): readonly Schedule[] {
  return jobs.flatMap(({ schedules, isPaused }) => (isPaused ? [] : schedules.flatMap((text) => findSchedule(text) ?? [])))
}

function findSchedule(text: string): Schedule | undefined {
  try {
    return parseSchedule(text)
  } catch {
    return undefined
  }
}

/** When a computer's next backup is due; what it told may be past when it is off, and then the next time counts. */
export function nextBackupAt(told: ToldJobs, nowMs: number): number | undefined {
  if (!told.keepsSchedule) return undefined
  if (told.nextAt !== undefined && told.nextAt > nowMs) return told.nextAt
  return nextTimeOf(activeSchedules(told.jobs), nowMs, told.timeZone)
}

/** Which of a list of days have a backup planned. Days begin where they are given and end where the next one begins. */
export function plannedDays(told: Pick<ToldJobs, 'jobs' | 'timeZone'>, dayStartsMs: readonly number[]): readonly boolean[] {
  const schedules = activeSchedules(told.jobs)
  const days = dayStartsMs.length - 1
  const planned = Array.from({ length: Math.max(0, days) }, () => false)
  if (schedules.length === 0) return planned
  let day = 0
  while (day < days) {
    const next = nextTimeOf(schedules, dayStartsMs[day]! - 1, told.timeZone)
    if (next === undefined) return planned
    while (day < days && dayStartsMs[day + 1]! <= next) day += 1
    if (day < days) planned[day] = true
    day += 1
  }
  return planned
}
