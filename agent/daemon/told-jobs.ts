import { textOfBytes } from '../../engine/index.ts'
import { parseSchedule } from '../../selection/schedule.ts'
import { nextTimeOf } from '../../selection/schedule-times.ts'
import type { Program } from '../command-line/program.ts'
import type { Job } from '../config/configuration.ts'
import { jobsRevision } from '../config/jobs-revision.ts'

/** The jobs as the box is told: what is read and when, never a command or a secret. */
export function jobsToTell(
  program: Pick<Program, 'state' | 'surroundings'>,
  jobs: readonly Job[],
  keepsSchedule: boolean,
): object {
  const { state, surroundings } = program
  const { platform, timeZone } = surroundings
  const nowMs = surroundings.now()
  return {
    revision: jobsRevision(jobs, state.revisionFile),
    platform,
    timeZone,
    keepsSchedule,
    jobs: jobs.map((job) => ({
      name: job.name,
      sources: job.sources.map((source) => textOfBytes(source)),
      excludes: job.excludes,
      schedules: job.schedules,
      keep: job.keep ?? null,
      isPaused: job.isPaused,
      nextAt: nextOf(job, nowMs, timeZone),
    })),
  }
}

function nextOf(job: Job, nowMs: number, timeZone: string): string | null {
  if (job.isPaused) return null
  const next = nextTimeOf(job.schedules.map(parseSchedule), nowMs, timeZone)
  return next === undefined ? null : new Date(next).toISOString()
}
