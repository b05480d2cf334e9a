import {
  type BackupProgress,
  type BackupResult,
  backUp,
  type Compression,
  parseDeviceId,
  RefusedError,
} from '../../engine/index.ts'
import { excludeTest } from '../../selection/exclude-pattern.ts'
import { isSameJobName } from '../../selection/job-name.ts'
import { defineCommand, type OptionValues } from '../command-line/command.ts'
import { type ExitCode, exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import type { Configuration, Job } from '../config/configuration.ts'
import { AgentError, usageError } from '../errors/agent-error.ts'
import { type Explanation, explainError } from '../errors/explain-error.ts'
import type { Policy } from '../link/box-api.ts'
import { type ConnectedBox, openConnectedBox } from '../link/connected-box.ts'
import { backupSummary, eventOfJob, jobLines } from '../output/backup-words.ts'
import { type ProgressDisplay, progressDisplay } from '../output/progress-display.ts'
import { failureLines } from '../output/report.ts'
import { ownExcludes } from '../selection/own-excludes.ts'
import { parseRate } from '../selection/rate.ts'
import { publicPrefix } from '../selection/wanted-version.ts'
import { knownPolicy, readKnown, withRun, writeKnown } from '../state/known.ts'
import { takeRunLock } from '../state/run-lock.ts'
import { prepareStateFolder } from '../state/state-folder.ts'

const options = {
  job: { kind: 'value', value: 'J', about: 'only this job; all of them otherwise' },
  'dry-run': { kind: 'flag', about: 'look and compare, send nothing' },
  limit: { kind: 'value', value: 'RATE', about: 'send at most so much: 500K, 5MiB/s, 20Mbit/s' },
  compression: { kind: 'value', value: 'fast|default|max', about: 'less time or less space' },
} as const

export const backupCommand = defineCommand({
  name: 'backup',
  usage: '[options]',
  about:
    'Makes a new version of each job now. What the box already has is not sent again, not even after an interrupted run:\n' +
    'stop it with Ctrl-C whenever you like.',
  options,
  answers: 'events',
  words: { min: 0, max: 0 },
  examples: ['holdfast-agent backup', 'holdfast-agent backup --job accounts --limit 5MiB/s'],
  async run(program, { options: given }) {
    prepareStateFolder(program.state)
    const limitBytesPerSecond = readLimit(given)
    const compression = readCompression(given)
    using box = openConnectedBox(program, { limitBytesPerSecond })
    const jobs = chosenJobs(box.configuration, given.job)
    const outcomes: JobOutcome[] = []
    for (const job of jobs) {
      if (program.surroundings.stop.aborted) break
      outcomes.push(await runJob(program, box, job, { compression, isDryRun: given['dry-run'] }))
    }
    const exitCode = exitCodeOf(outcomes, jobs.length)
    program.report.event({ event: 'summary', ...backupSummary(outcomes, exitCode) })
    return exitCode
  },
})

export type JobOutcome =
  | { readonly kind: 'done'; readonly job: string; readonly isDryRun: boolean; readonly result: BackupResult }
  | { readonly kind: 'failed'; readonly job: string; readonly why: Explanation }

interface RunWish {
  readonly compression: Compression | undefined
  readonly isDryRun: boolean
}

function readLimit(given: OptionValues<typeof options>): number | undefined {
  try {
    return given.limit === undefined ? undefined : parseRate(given.limit)
  } catch (error) {
    throw usageError(`${(error as Error).message}.`)
  }
}

const compressions: readonly Compression[] = ['fast', 'default', 'max']

function readCompression({ compression }: OptionValues<typeof options>): Compression | undefined {
  const found = compressions.find((known) => known === compression)
  if (compression !== undefined && !found)
    throw usageError(`--compression is one of ${compressions.join(', ')}, not "${compression}".`)
  return found
}

function chosenJobs({ jobs }: Configuration, name: string | undefined): readonly Job[] {
  const known = jobs.map((job) => `"${job.name}"`).join(', ')
  if (jobs.length === 0) throw new AgentError('HF-NO-JOB', 'No file or folder is selected for backup.')
  if (name === undefined) return jobs
  const job = jobs.find((candidate) => isSameJobName(candidate.name, name))
  if (!job) throw new AgentError('HF-JOB-UNKNOWN', `There is no job "${name}".`, { hint: `The jobs are: ${known}.` })
  return [job]
}

/** One job from lock to verdict. A job that fails does not keep the next one from running. */
async function runJob(program: Program, box: ConnectedBox, job: Job, wish: RunWish): Promise<JobOutcome> {
  const { surroundings, report, words } = program
  const display = progressDisplay({ report, words, surroundings })
  const outcome = await attemptJob(program, box, job, wish, display)
  display.end()
  remember(program, box, outcome)
  report.event(eventOfJob(outcome), outcome.kind === 'done' ? jobLines(outcome, words).join('\n') : undefined)
  if (outcome.kind === 'failed') report.note(failureLines(outcome.why).join('\n'))
  return outcome
}

async function attemptJob(
  program: Program,
  box: ConnectedBox,
  job: Job,
  wish: RunWish,
  display: ProgressDisplay,
): Promise<JobOutcome> {
  try {
    if (job.sources.length === 0) throw new AgentError('HF-NO-JOB', `The job "${job.name}" selects nothing.`)
    const lock = takeRunLock({ ...program.surroundings, state: program.state }, job.name)
    try {
      const policy = await box.readPolicy()
      rememberPolicy(program, box, policy)
      if (policy.refusal) throw new RefusedError(policy.refusal)
      await box.pickUpKeys()
      display.tell({ event: 'start', job: job.name, isDryRun: wish.isDryRun })
      program.log.write('backup started', { job: job.name, isDryRun: wish.isDryRun })
      const result = await backUp(backupOptions(program, box, job, wish, display))
      return { kind: 'done', job: job.name, isDryRun: wish.isDryRun, result }
    } finally {
      lock.release()
    }
  } catch (error) {
    return { kind: 'failed', job: job.name, why: explainError(error) }
  }
}

function backupOptions(program: Program, box: ConnectedBox, job: Job, wish: RunWish, display: ProgressDisplay) {
  const { surroundings, state } = program
  const { platform, stop } = surroundings
  const isExcluded = excludeTest(job.excludes, platform)
  const own = ownExcludes(state)
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
    onProgress: (progress: BackupProgress) => display.show(shown(progress)),
    signal: stop,
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

/** The log and what `status` says offline. */
function remember({ state, surroundings, log }: Program, box: ConnectedBox, outcome: JobOutcome): void {
  const known = readKnown(state.knownFile, box.device.id)
  const endedAtMs = surroundings.now()
  if (outcome.kind === 'failed') {
    const { code, detail, requestId } = outcome.why
    log.write('backup failed', { job: outcome.job, code, detail, requestId })
    writeKnown(state.knownFile, withRun(known, { job: outcome.job, endedAtMs, outcome: code, lastGood: undefined }))
    return
  }
  const { verdict, snapshot, counts, sentBytes, elapsedMs } = outcome.result
  log.write('backup ended', { job: outcome.job, verdict, snapshot: snapshot?.id, ...counts, sentBytes, elapsedMs })
  if (!snapshot) return
  const lastGood = verdict === 'failed' ? undefined : { id: publicPrefix(snapshot.id), atMs: endedAtMs }
  writeKnown(state.knownFile, withRun(known, { job: outcome.job, endedAtMs, outcome: verdict, lastGood }))
}

/** Wrong usage counts as failed here: the others ran. */
function exitCodeOf(outcomes: readonly JobOutcome[], wanted: number): ExitCode {
  if (outcomes.length < wanted || outcomes.some(({ kind }) => kind === 'failed')) return exitCodes.failed
  const verdicts = outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.result.verdict : 'failed'))
  if (verdicts.includes('failed')) return exitCodes.failed
  return verdicts.includes('partial') ? exitCodes.partly : exitCodes.ok
}
