/** An edit of a computer's jobs from afar: never a command, never a program, only what is read, what is left out, and when. */
import { bytesOfText } from '../../engine/index.ts'
import { excludesPerJobMax, parseExclude } from '../../selection/exclude-pattern.ts'
import { isSameJobName, jobsMax, parseJobName } from '../../selection/job-name.ts'
import { parseSchedule, type Schedule, schedulesPerJobMax, scheduleText } from '../../selection/schedule.ts'
import { parseSourcePath, sourcesPerJobMax } from '../../selection/source-path.ts'
import type { Order, OrderedJob } from '../orders/order.ts'
import type { ToldJobs } from './told-jobs.ts'

export interface JobsEdit {
  readonly baseRevision: string
  readonly jobs: readonly OrderedJob[]
}

export interface JobsChange {
  readonly order: Order
  readonly jobs: readonly OrderedJob[]
}

export interface JobsOfComputer {
  readonly told: ToldJobs
  /** When its next backup is due; undefined where nothing starts one. */
  readonly nextAt: number | undefined
  /** Given, and not yet answered by the computer. */
  readonly waiting: JobsChange | undefined
  /** Refused: the computer was edited meanwhile. A person chooses one of both. */
  readonly conflict: JobsChange | undefined
  /** Refused for another reason. */
  readonly failed: Order | undefined
}

/** What an agent answers when its own revision is not the edit's. */
export const conflictCode = 'HF-JOBS-CONFLICT'

/** Of an edit as a whole, as JSON: what fits an order and the configuration. */
export const maxEditBytes = 512 * 1024

export const jobsFaults = ['not-told', 'outdated', 'invalid'] as const
export type JobsFault = (typeof jobsFaults)[number]

export class JobsError extends Error {
  override readonly name = 'JobsError'
  readonly fault: JobsFault

  constructor(fault: JobsFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** The jobs in their one spelling. Throws JobsError `invalid` with a sentence for people. */
export function checkEdit(jobs: readonly OrderedJob[], platform: string): readonly OrderedJob[] {
  try {
    if (jobs.length > jobsMax) throw new RangeError(`a computer has at most ${jobsMax} jobs`)
    const checked = jobs.map((job) => checkJob(job, platform))
    for (const [index, { name }] of checked.entries())
      if (checked.slice(0, index).some((earlier) => isSameJobName(earlier.name, name)))
        throw new RangeError(`there are two jobs named "${name}"`)
    if (Buffer.byteLength(JSON.stringify(checked)) > maxEditBytes) throw new RangeError('the jobs are too long as a whole')
    return checked
  } catch (error) {
    if (error instanceof RangeError) throw new JobsError('invalid', sentenceOf(error.message))
    throw error
  }
}

function checkJob(job: OrderedJob, platform: string): OrderedJob {
  const { sources, excludes, schedules } = job
  bounded(sources, sourcesPerJobMax, 'folders')
  bounded(excludes, excludesPerJobMax, 'patterns')
  bounded(schedules, schedulesPerJobMax, 'schedules')
  for (const source of sources) parseSourcePath(bytesOfText(source), platform === 'win32' ? 'win32' : 'linux')
  return {
    name: parseJobName(job.name),
    sources: [...new Set(sources)],
    excludes: [...new Set(excludes.map(parseExclude))],
    schedules: [...new Set(schedules.map((text) => scheduleText(knownSchedule(text))))],
    isPaused: job.isPaused,
  }
}

function knownSchedule(text: string): Schedule {
  const schedule = parseSchedule(text)
  if (schedule.kind === 'continuous') throw new RangeError('"continuous" is not in this version; take "every 15 minutes"')
  return schedule
}

function bounded(items: readonly string[], most: number, what: string): void {
  if (items.length > most) throw new RangeError(`a job has at most ${most} ${what}`)
}

function sentenceOf(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}
