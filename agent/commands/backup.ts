import type { Compression } from '../../engine/index.ts'
import { isSameJobName } from '../../selection/job-name.ts'
import { defineCommand, type OptionValues } from '../command-line/command.ts'
import { type ExitCode, exitCodes } from '../command-line/exit-code.ts'
import type { Configuration, Job } from '../config/configuration.ts'
import { AgentError, usageError } from '../errors/agent-error.ts'
import { openConnectedBox } from '../link/connected-box.ts'
import { backupSummary } from '../output/backup-words.ts'
import { type JobOutcome, runJob } from '../runs/run-job.ts'
import { newRunKey } from '../runs/run-key.ts'
import { openRunOutbox } from '../runs/run-outbox.ts'
import { tellBox } from '../runs/tell-box.ts'
import { parseRate } from '../selection/rate.ts'
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
    const isDryRun = given['dry-run']
    const { state, surroundings, log } = program
    using box = openConnectedBox(program)
    const jobs = chosenJobs(box.configuration, given.job)
    const outbox = openRunOutbox({ folder: state.outboxFolder, now: surroundings.now, log })
    const outcomes: JobOutcome[] = []
    for (const job of jobs) {
      if (surroundings.stop.aborted) break
      const run = {
        job,
        key: newRunKey(surroundings.randomBytes),
        cause: 'hand',
        attempts: [],
        cancel: new AbortController(),
      } as const
      const { outcome } = await runJob(program, outbox, { ...run, isDryRun, compression, limitBytesPerSecond })
      outcomes.push(outcome)
    }
    if (!isDryRun) await tellBox(program, box, outbox)
    const exitCode = exitCodeOf(outcomes, jobs.length)
    program.report.event({ event: 'summary', ...backupSummary(outcomes, exitCode) })
    return exitCode
  },
})

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

/** Wrong usage counts as failed here: the others ran. */
function exitCodeOf(outcomes: readonly JobOutcome[], wanted: number): ExitCode {
  if (outcomes.length < wanted || outcomes.some(({ kind }) => kind === 'failed')) return exitCodes.failed
  const verdicts = outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.result.verdict : 'failed'))
  if (verdicts.includes('failed')) return exitCodes.failed
  return verdicts.includes('partial') ? exitCodes.partly : exitCodes.ok
}
