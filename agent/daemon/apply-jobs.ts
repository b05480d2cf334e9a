import { bytesOfText } from '../../engine/index.ts'
import { excludesPerJobMax, parseExclude } from '../../selection/exclude-pattern.ts'
import { isSameJobName, jobsMax, parseJobName } from '../../selection/job-name.ts'
import { parseSchedule, schedulesPerJobMax, scheduleText } from '../../selection/schedule.ts'
import { parseSourcePath, sourcesPerJobMax } from '../../selection/source-path.ts'
import type { Program } from '../command-line/program.ts'
import { emptyJob, type Job } from '../config/configuration.ts'
import { readConfiguration, writeConfiguration } from '../config/configuration-file.ts'
import { jobsHash, jobsRevision } from '../config/jobs-revision.ts'
import { AnswerReader } from '../link/answer-reader.ts'
import type { OrderReport } from '../link/telling-api.ts'
import { takeEditLock } from '../state/run-lock.ts'

/*
 * An edit of the jobs that came from the dashboard. Everything in it is checked here again: the box may be wrong, or not the box. It
 * changes what is read, what is left out and when; whatever else a job says stays, and what can run a program cannot come this way.
 */
export async function applyJobs(program: Program, order: object): Promise<OrderReport> {
  const { state, surroundings } = program
  const { platform } = surroundings
  const lock = await takeEditLock({ ...surroundings, state })
  try {
    const edit = new AnswerReader(order, 'order')
    const configuration = readConfiguration(state.configurationFile, platform)
    const wanted = edit.list('jobs', (job) => readJob(job, configuration.jobs, platform))
    checkJobs(wanted)
    const now = jobsRevision(configuration.jobs, state.revisionFile)
    // A second delivery of what was applied already.
    if (now.endsWith(`-${jobsHash(wanted)}`)) return { state: 'done' }
    if (edit.text('baseRevision') !== now)
      return { state: 'failed', code: 'HF-JOBS-CONFLICT', detail: 'The jobs were changed on the computer meanwhile.' }
    writeConfiguration(state.configurationFile, { ...configuration, jobs: wanted }, platform)
    jobsRevision(wanted, state.revisionFile)
    program.log.write('jobs changed from the dashboard', { jobs: wanted.map(({ name }) => name) })
    return { state: 'done' }
  } finally {
    lock.release()
  }
}

function readJob(job: AnswerReader, known: readonly Job[], platform: NodeJS.Platform): Job {
  const name = parseJobName(job.text('name'))
  const before = known.find((other) => isSameJobName(other.name, name)) ?? emptyJob(name)
  const texts = (field: string, most: number) => {
    const values = job.values(field)
    if (values.length > most) throw new RangeError(`more than ${most} ${field} in one job`)
    return values.map((value) => {
      if (typeof value !== 'string') throw new RangeError(`${field} are texts`)
      return value
    })
  }
  return {
    ...before,
    sources: texts('sources', sourcesPerJobMax).map((text) => parseSourcePath(bytesOfText(text), platform)),
    excludes: texts('excludes', excludesPerJobMax).map(parseExclude),
    schedules: texts('schedules', schedulesPerJobMax).map((text) => scheduleText(parseSchedule(text))),
    isPaused: job.flag('isPaused'),
  }
}

function checkJobs(jobs: readonly Job[]): void {
  if (jobs.length > jobsMax) throw new RangeError(`more than ${jobsMax} jobs`)
  for (const [index, { name }] of jobs.entries())
    if (jobs.slice(0, index).some((earlier) => isSameJobName(earlier.name, name)))
      throw new RangeError(`two jobs are named "${name}"`)
}
