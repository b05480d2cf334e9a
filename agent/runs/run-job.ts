import {
  type BackupProgress,
  type BackupResult,
  backUp,
  type Compression,
  parseDeviceId,
  RefusedError,
  textOfBytes,
} from '../../engine/index.ts'
import { excludeTest } from '../../selection/exclude-pattern.ts'
import type { Program } from '../command-line/program.ts'
import type { Job } from '../config/configuration.ts'
import { AgentError } from '../errors/agent-error.ts'
import { type Explanation, explainError } from '../errors/explain-error.ts'
import type { Policy } from '../link/box-api.ts'
import { type ConnectedBox, openConnectedBox } from '../link/connected-box.ts'
import { tellingApi } from '../link/telling-api.ts'
import { eventOfJob, jobLines, skippedListedMax } from '../output/backup-words.ts'
import { type ProgressDisplay, progressDisplay } from '../output/progress-display.ts'
import { failureLines } from '../output/report.ts'
import { ownExcludes } from '../selection/own-excludes.ts'
import { publicPrefix } from '../selection/wanted-version.ts'
import { knownPolicy, readKnown, withRun, writeKnown } from '../state/known.ts'
import { takeRunLock } from '../state/run-lock.ts'
import { openProgressTeller, toldBackup } from './progress-teller.ts'
import { openRunJournal, type RunJournal } from './run-journal.ts'
import type { RunOutbox } from './run-outbox.ts'
import { packLog, type ReportedAttempt, type RunCause, reportedAttemptsMax } from './run-report.ts'
import { warnOfSilence } from './warn-of-silence.ts'

/*
 * One run of one job, from lock to verdict, whoever began it: a person, the schedule, or an order. What it did is in its log and in the
 * outbox when it returns.
 */

export type JobOutcome =
  | { readonly kind: 'done'; readonly job: string; readonly isDryRun: boolean; readonly result: BackupResult }
  | { readonly kind: 'failed'; readonly job: string; readonly why: Explanation; readonly isRefused: boolean }

export interface RunWish {
  readonly job: Job
  readonly key: string
  readonly cause: RunCause
  readonly isDryRun: boolean
  readonly compression: Compression | undefined
  readonly limitBytesPerSecond: number | undefined
  /** Earlier tries of the same run. */
  readonly attempts: readonly ReportedAttempt[]
  /** Ends this run alone. */
  readonly cancel: AbortController
}

export interface RunEnd {
  readonly outcome: JobOutcome
  /** With this one, where it failed. */
  readonly attempts: readonly ReportedAttempt[]
}

export async function runJob(program: Program, outbox: RunOutbox, wish: RunWish): Promise<RunEnd> {
  const { surroundings, report, words } = program
  const { job, key, cause } = wish
  const display = progressDisplay({ report, words, surroundings })
  const journal = openRunJournal(program, key)
  const startedAt = timeText(surroundings.now())
  const outcome = await attemptJob(program, wish, display, journal)
  display.end()
  writeDown(journal, outcome)
  report.event(eventOfJob(outcome), outcome.kind === 'done' ? jobLines(outcome, words).join('\n') : undefined)
  if (outcome.kind === 'failed') report.note(failureLines(outcome.why).join('\n'))
  const why = outcome.kind === 'failed' ? outcome.why : undefined
  const endedAt = timeText(surroundings.now())
  const attempt = { startedAt, endedAt, code: why?.code ?? null, detail: why?.detail ?? null }
  const attempts = [...wish.attempts, attempt].slice(-reportedAttemptsMax)
  if (!wish.isDryRun && why?.code !== 'HF-RUN-IN-PROGRESS')
    outbox.put(key, {
      job: job.name,
      cause,
      startedAt: attempts[0]!.startedAt,
      endedAt,
      verdict: outcome.kind === 'done' ? outcome.result.verdict : outcome.isRefused ? 'refused' : 'failed',
      code: why?.code ?? null,
      detail: why?.detail ?? null,
      attempts,
      sentBytes: outcome.kind === 'done' ? outcome.result.sentBytes : null,
      log: packLog(journal.text()).toString('base64'),
    })
  return { outcome, attempts }
}

async function attemptJob(program: Program, wish: RunWish, display: ProgressDisplay, journal: RunJournal): Promise<JobOutcome> {
  const { job, isDryRun } = wish
  const { surroundings, state } = program
  let isRefused = false
  try {
    if (job.sources.length === 0) throw new AgentError('HF-NO-JOB', `The job "${job.name}" selects nothing.`)
    const lock = takeRunLock({ ...surroundings, state })
    try {
      const signal = AbortSignal.any([surroundings.stop, wish.cancel.signal])
      journal.write('backup started', { job: job.name, cause: wish.cause, isDryRun, attempt: wish.attempts.length + 1 })
      const { limitBytesPerSecond } = wish
      using box = openConnectedBox(program, { limitBytesPerSecond, run: () => (isDryRun ? undefined : wish.key), signal })
      const startedBy = wish.cause === 'schedule' ? 'schedule' : 'hand'
      const policy = await box.readPolicy(isDryRun ? undefined : { job: job.name, startedBy })
      rememberPolicy(program, box, policy)
      isRefused = policy.refusal !== undefined
      if (policy.refusal) throw new RefusedError(policy.refusal)
      await box.pickUpKeys()
      display.tell({ event: 'start', job: job.name, isDryRun })
      const outcome = {
        kind: 'done',
        job: job.name,
        isDryRun,
        result: await backUpTold(program, box, { wish, display, signal, journal }),
      } as const
      remember(program, box, outcome)
      return outcome
    } finally {
      lock.release()
    }
  } catch (error) {
    const outcome = { kind: 'failed', job: job.name, why: explainError(error), isRefused } as const
    rememberFailure(program, outcome)
    return outcome
  }
}

interface Run {
  readonly wish: RunWish
  readonly display: ProgressDisplay
  readonly signal: AbortSignal
  readonly journal: RunJournal
}

async function backUpTold(program: Program, box: ConnectedBox, run: Run): Promise<BackupResult> {
  const { wish } = run
  if (wish.isDryRun) return backUp(backupOptions(program, box, run, () => {}))
  await using teller = openProgressTeller({
    api: tellingApi(box.link),
    run: { run: wish.key, job: wish.job.name },
    now: program.surroundings.now,
    onCancel: () => wish.cancel.abort(),
  })
  return await backUp(backupOptions(program, box, run, (progress) => teller.note(toldBackup(progress))))
}

function backupOptions(
  program: Program,
  box: ConnectedBox,
  { wish, display, signal, journal }: Run,
  tell: (progress: BackupProgress) => void,
) {
  const { surroundings, state } = program
  const { platform } = surroundings
  const { job } = wish
  const isExcluded = excludeTest(job.excludes, platform)
  const own = ownExcludes(state)
  let phase: string | undefined
  return {
    target: box.target,
    secrets: box.secrets,
    device: parseDeviceId(box.device.id),
    job: job.name,
    sources: job.sources,
    excludes: [...job.excludes, ...own.patterns],
    isExcluded: (path: string, isDirectory: boolean) => isExcluded(path, isDirectory) || own.isExcluded(path, isDirectory),
    cacheFile: state.cacheFile(box.device.id, job.name),
    compression: wish.compression ?? box.configuration.options.compression,
    host: surroundings.hostName,
    platform,
    agentVersion: program.version,
    tags: [],
    now: surroundings.now,
    randomBytes: surroundings.randomBytes,
    onProgress: (progress: BackupProgress) => {
      if (progress.phase !== phase) {
        const { filesDone, bytesDone } = progress
        journal.write(progress.phase, { files: filesDone, bytes: bytesDone })
      }
      phase = progress.phase
      display.show(shown(progress))
      tell(progress)
    },
    signal,
    isDryRun: wish.isDryRun,
  }
}

const phaseTitles = { scanning: 'Looking', sending: 'Sending', finishing: 'Finishing' } as const

function shown(progress: BackupProgress) {
  const { phase, filesDone, filesSeen, bytesDone, bytesSeen, bytesExpected, isWalkComplete } = progress
  return {
    title: phaseTitles[phase],
    files: filesDone,
    filesTotal: isWalkComplete ? filesSeen : undefined,
    bytes: bytesDone,
    bytesTotal: isWalkComplete ? bytesSeen : bytesExpected,
    json: { ...progress },
  }
}

function rememberPolicy({ state, surroundings }: Program, { device }: ConnectedBox, policy: Policy): void {
  const known = readKnown(state.knownFile, device.id)
  writeKnown(state.knownFile, { ...known, policy: knownPolicy(policy, surroundings.now()) })
}

/** What the run's log says of its end. */
function writeDown(journal: RunJournal, outcome: JobOutcome): void {
  if (outcome.kind === 'failed') {
    const { code, detail, hint, requestId } = outcome.why
    journal.write('backup failed', { job: outcome.job, code, detail, hint, requestId })
    return
  }
  const { verdict, snapshot, counts, sentBytes, elapsedMs, skipped } = outcome.result
  for (const { path, reason, detail } of skipped.slice(0, skippedListedMax))
    journal.write('left out', { path: textOfBytes(path).toWellFormed(), reason, detail })
  journal.write('backup ended', { job: outcome.job, verdict, snapshot: snapshot?.id, ...counts, sentBytes, elapsedMs })
}

/** What `status` says offline. */
function remember(
  { state, surroundings }: Program,
  box: ConnectedBox,
  { job, result }: Extract<JobOutcome, { kind: 'done' }>,
): void {
  const { verdict, snapshot } = result
  if (!snapshot) return
  const endedAtMs = surroundings.now()
  const lastGood = verdict === 'failed' ? undefined : { id: publicPrefix(snapshot.id), atMs: endedAtMs }
  const known = readKnown(state.knownFile, box.device.id)
  writeKnown(state.knownFile, withRun(known, { job, endedAtMs, outcome: verdict, lastGood }))
}

/** Without a box nothing is remembered of it: the configuration may be what is wrong. */
function rememberFailure(program: Program, { job, why }: Extract<JobOutcome, { kind: 'failed' }>): void {
  const { state, surroundings } = program
  try {
    using box = openConnectedBox(program)
    const known = readKnown(state.knownFile, box.device.id)
    writeKnown(state.knownFile, withRun(known, { job, endedAtMs: surroundings.now(), outcome: why.code, lastGood: undefined }))
    warnOfSilence(program, { url: box.configuration.server?.url ?? '', known, why })
  } catch {
    // The run's own failure says more.
  }
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString()
}
