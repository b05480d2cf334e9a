import { setTimeout as wait } from 'node:timers/promises'
import { parseSchedule } from '../../selection/schedule.ts'
import type { Program } from '../command-line/program.ts'
import type { Job } from '../config/configuration.ts'
import { readConfiguration } from '../config/configuration-file.ts'
import { explainError } from '../errors/explain-error.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import { restoresApi } from '../link/restores-api.ts'
import { tellingApi } from '../link/telling-api.ts'
import { backUpBefore } from '../restores/back-up-before.ts'
import { runRehearsal } from '../restores/run-rehearsal.ts'
import { runRestore } from '../restores/run-restore.ts'
import { newRunKey } from '../runs/run-key.ts'
import { openRunOutbox } from '../runs/run-outbox.ts'
import { takeDaemonLock } from '../state/run-lock.ts'
import { keepContact } from './contact.ts'
import { findDueJobs, nextDueAfter, shareOfComputer } from './due-jobs.ts'
import { createRestoreQueue } from './restore-queue.ts'
import { createRunQueue } from './run-queue.ts'
import { takeOrder } from './take-order.ts'
import { jobsToTell } from './told-jobs.ts'
import { openWorkBook, writingWhereItCan } from './work-book.ts'

/*
 * `holdfast-agent run`: keeps the schedules and takes orders until it is asked to end. It does not watch files. The configuration is read
 * anew at each look, so that whatever edits it, by hand or from the dashboard, counts within seconds.
 */

/** A clock that jumps, a computer that wakes up, a file that was edited: noticed within this time. */
const lookEveryMs = 15_000

export async function runDaemon(program: Program, options: { readonly lookEveryMs?: number } = {}): Promise<void> {
  const { surroundings, state, log } = program
  const { stop } = surroundings
  let complained: string | undefined
  const saidContinuous = new Set<string>()
  const lock = takeDaemonLock({ ...surroundings, state })
  try {
    using box = openConnectedBox(program)
    const deviceId = box.device.id
    const book = openWorkBook(state.workFile, deviceId)
    const outbox = openRunOutbox({ folder: state.outboxFolder, now: surroundings.now, log })
    let wakeUp = Promise.withResolvers<void>()
    const look = () => wakeUp.resolve()
    const queue = createRunQueue({
      program,
      outbox,
      book,
      onChange: () => {
        contact.wake()
        look()
      },
    })
    const restoresOfBox = restoresApi(box.link)
    const restores = createRestoreQueue({
      program,
      book,
      api: restoresOfBox,
      work: {
        backUpBefore: (of) => backUpBefore(program, outbox, of),
        restore: (of) => runRestore(program, of),
        rehearse: (task, stopped) => runRehearsal(program, task, stopped),
      },
      onChange: () => {
        contact.wake()
        look()
      },
    })
    const begin = writingWhereItCan(book, log)
    let jobs = readJobs(program, box.configuration.jobs)
    const contact = keepContact({
      program,
      api: tellingApi(box.link),
      restores: restoresOfBox,
      book,
      outbox,
      jobs: () => jobsToTell(program, jobs, true),
      onOrder: async (order) => {
        await takeOrder({ program, book, queue, restores }, order)
        contact.wake()
        look()
      },
    })
    log.write('run started', { jobs: jobs.length })
    const shareOf = shareOfComputer(deviceId)
    while (!stop.aborted) {
      wakeUp = Promise.withResolvers<void>()
      const before = JSON.stringify(jobsToTell(program, jobs, true))
      jobs = readJobs(program, jobs)
      if (JSON.stringify(jobsToTell(program, jobs, true)) !== before) contact.wake()
      const nowMs = surroundings.now()
      const { timeZone } = surroundings
      const { due, doneUntil, nextAtMs } = findDueJobs({ jobs, doneUntil: book.now().doneUntil, nowMs, timeZone, shareOf })
      if (due.length > 0 || JSON.stringify(doneUntil) !== JSON.stringify(book.now().doneUntil)) {
        const names = new Set(due.map(({ job }) => job.name))
        // The new time takes the place of tries that are left of the last one.
        const others = book.now().runs.filter(({ cause, job }) => cause !== 'schedule' || !names.has(job))
        const begun = due.map(({ job }) => {
          const untilMs = nextDueAfter(job, nowMs, timeZone)
          return {
            key: newRunKey(surroundings.randomBytes),
            job: job.name,
            cause: 'schedule',
            attempts: [],
            notBeforeMs: nowMs,
            ...(untilMs === undefined ? {} : { untilMs }),
          } as const
        })
        begin({ doneUntil, runs: [...others, ...begun] })
      }
      queue.look()
      restores.look()
      const next = Math.min(...[nextAtMs, queue.nextAtMs(), restores.nextAtMs()].map((atMs) => atMs ?? Number.POSITIVE_INFINITY))
      const pauseMs = Math.min(options.lookEveryMs ?? lookEveryMs, Math.max(0, next - nowMs))
      const end = new AbortController()
      const signal = AbortSignal.any([stop, end.signal])
      await Promise.race([wakeUp.promise, wait(pauseMs, undefined, { signal }).catch(() => {})])
      end.abort()
    }
    await queue.idle()
    await restores.idle()
    await contact.ended
    log.write('run ended')
  } finally {
    lock.release()
  }

  /** A file that is half edited, or wrong: what was known stays in force, and the log says why. */
  function readJobs({ state: at, surroundings: around }: Program, known: readonly Job[]): readonly Job[] {
    try {
      return readConfiguration(at.configurationFile, around.platform).jobs.map(withoutContinuous)
    } catch (error) {
      const { code, detail } = explainError(error)
      if (detail !== complained) log.write('the configuration cannot be read', { code, detail })
      complained = detail
      return known
    }
  }

  /** Files are not watched by this version; the log says so, and the job's other times are kept. */
  function withoutContinuous(job: Job): Job {
    const schedules = job.schedules.filter((text) => parseSchedule(text).kind !== 'continuous')
    if (schedules.length === job.schedules.length) return job
    const words = `The job "${job.name}" is "continuous", which this version does not do. Take "every 15 minutes".`
    if (!saidContinuous.has(job.name)) {
      log.write('schedule not kept', { job: job.name, detail: words })
      program.report.note(words)
    }
    saidContinuous.add(job.name)
    return { ...job, schedules }
  }
}
