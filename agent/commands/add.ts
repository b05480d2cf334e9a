import { lstatSync, readlinkSync } from 'node:fs'
import { parseExclude } from '../../selection/exclude-pattern.ts'
import { defaultJobName, isSameJobName, jobsMax, parseJobName } from '../../selection/job-name.ts'
import { parseSchedule, type Schedule, scheduleForms, scheduleText } from '../../selection/schedule.ts'
import { resolveSourcePath } from '../../selection/source-path.ts'
import { defineCommand, type OptionValues } from '../command-line/command.ts'
import { exitCodes } from '../command-line/exit-code.ts'
import type { Program } from '../command-line/program.ts'
import { type Configuration, emptyJob, type Job } from '../config/configuration.ts'
import { readConfiguration, writeConfiguration } from '../config/configuration-file.ts'
import { AgentError, usageError } from '../errors/agent-error.ts'
import { jsonPath } from '../output/json-values.ts'
import { keepRulesText, parseKeepRules } from '../selection/keep-rules.ts'
import { type Overlap, selectSources } from '../selection/overlap.ts'
import { takeEditLock } from '../state/run-lock.ts'
import { prepareStateFolder } from '../state/state-folder.ts'

const options = {
  job: { kind: 'value', value: 'J', about: 'the job to add to; the only one there is, or "default", otherwise' },
  exclude: { kind: 'values', value: 'GLOB', about: 'leave out what matches: *.tmp, node_modules/, /home/ann/videos' },
  schedule: { kind: 'values', value: '"daily 18:00"', about: 'when it runs by itself' },
  keep: { kind: 'value', value: 'RULES', about: 'how long versions are kept: "last 5, daily 14, weekly 8", "within 90 days"' },
  target: { kind: 'later', takesValue: true },
} as const

export const addCommand = defineCommand({
  name: 'add',
  usage: 'PATH… [options]',
  about:
    'Selects files and folders, with all that is in them. Options without a PATH change the job.\n' +
    `Schedules: ${scheduleForms.join(', ')}.`,
  options,
  answers: 'object',
  words: { min: 0, max: 1_000 },
  examples: [
    'holdfast-agent add ~/Documents ~/Pictures --exclude "*.tmp" --exclude "node_modules/"',
    'holdfast-agent add /srv/accounts --job accounts --schedule "every 15 minutes"',
  ],
  async run(program, { options: given, words }) {
    const { state, surroundings } = program
    const wish = readWish(program, given, words)
    prepareStateFolder(state)
    const lock = await takeEditLock({ ...surroundings, state })
    try {
      const configuration = readConfiguration(state.configurationFile, surroundings.platform)
      const { job, overlaps } = changedJob(configuration, wish)
      const jobs = [...configuration.jobs.filter((other) => other.name !== job.name), job]
      if (jobs.length > jobsMax) throw usageError(`There are ${jobsMax} jobs already.`)
      writeConfiguration(state.configurationFile, { ...configuration, jobs }, surroundings.platform)
      program.log.write('selected', { job: job.name, sources: wish.sources.map(jsonPath) })
      answer(program, job, overlaps)
      return exitCodes.ok
    } finally {
      lock.release()
    }
  },
})

interface Wish {
  readonly jobName: string | undefined
  readonly sources: readonly Buffer[]
  readonly excludes: readonly string[]
  readonly schedules: readonly string[]
  readonly keep: string | undefined
}

function readWish(program: Program, given: OptionValues<typeof options>, words: readonly string[]): Wish {
  const wish = checkedWords(() => ({
    jobName: given.job === undefined ? undefined : parseJobName(given.job),
    excludes: given.exclude.map(parseExclude),
    schedules: given.schedule.map((schedule) => scheduleText(knownSchedule(schedule))),
    keep: given.keep === undefined ? undefined : keepRulesText(parseKeepRules(given.keep)),
  }))
  const isNothing = words.length + wish.excludes.length + wish.schedules.length === 0 && wish.keep === undefined
  if (isNothing) throw usageError('Nothing was given to add.', 'Usage: holdfast-agent add PATH… [options]')
  return { ...wish, sources: words.map((word) => findSource(program, word)) }
}

function knownSchedule(text: string): Schedule {
  const schedule = parseSchedule(text)
  if (schedule.kind === 'continuous')
    throw new AgentError('HF-NOT-IN-THIS-VERSION', 'This version does not watch files continuously. Take "every 15 minutes".')
  return schedule
}

/** A value's own complaint is a matter of usage. */
function checkedWords<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) throw usageError(`${error.message}.`)
    throw error
  }
}

function findSource({ surroundings, report, words: say }: Program, word: string): Buffer {
  const bytes = surroundings.bytesOfArgument(word)
  const path = checkedWords(() => resolveSourcePath(bytes, surroundings.workingFolder, surroundings.platform))
  let stat: ReturnType<typeof lstatSync>
  try {
    stat = lstatSync(path)
  } catch (cause) {
    throw new AgentError('HF-SOURCE-MISSING', `${say.path(path)}: ${(cause as Error).message.replace(/,.*$/, '')}.`, { cause })
  }
  if (!stat.isFile() && !stat.isDirectory() && !stat.isSymbolicLink())
    throw usageError(`${say.path(path)} is neither a file nor a folder.`)
  if (stat.isSymbolicLink()) {
    const target = readlinkSync(path, { encoding: 'buffer' })
    report.note(`Note: ${say.path(path)} is a link to ${say.path(target)}. The link is backed up, not what it points to.`)
  }
  return path
}

function changedJob(configuration: Configuration, wish: Wish): { job: Job; overlaps: readonly Overlap[] } {
  const name = wish.jobName ?? (configuration.jobs.length === 1 ? configuration.jobs[0]!.name : defaultJobName)
  const job = configuration.jobs.find((known) => isSameJobName(known.name, name)) ?? emptyJob(name)
  const others = configuration.jobs.filter((other) => other !== job)
  const { sources, overlaps } = selectSources({ selected: job.sources, added: wish.sources, others })
  return {
    job: {
      name: job.name,
      sources,
      excludes: [...new Set([...job.excludes, ...wish.excludes])],
      schedules: [...new Set([...job.schedules, ...wish.schedules])],
      keep: wish.keep ?? job.keep,
      isPaused: job.isPaused,
    },
    overlaps,
  }
}

function answer({ report, words }: Program, job: Job, overlaps: readonly Overlap[]): void {
  const json = {
    job: {
      name: job.name,
      sources: job.sources.map(jsonPath),
      excludes: job.excludes,
      schedules: job.schedules,
      keep: job.keep ?? null,
    },
    overlaps: overlaps.map(({ kind, path, other, job: otherJob }) => ({
      kind,
      path: jsonPath(path),
      other: jsonPath(other),
      ...(otherJob === undefined ? {} : { job: otherJob }),
    })),
  }
  report.answer(json, [
    `The job "${job.name}" backs up:`,
    ...job.sources.map((source) => `  ${words.path(source)}`),
    ...(job.excludes.length === 0 ? [] : [`  without ${job.excludes.join(', ')}`]),
    ...job.schedules.map((schedule) => `  ${schedule}`),
    ...(job.keep === undefined ? [] : [`  kept: ${job.keep}`]),
    ...overlaps.map((overlap) => `Note: ${overlapSentence(overlap, words.path)}`),
  ])
}

function overlapSentence({ kind, path, other, job }: Overlap, say: (path: Buffer) => string): string {
  switch (kind) {
    case 'same':
      return `${say(path)} was selected already.`
    case 'inside':
      return `${say(path)} lies in ${say(other)}, which is selected already.`
    case 'around':
      return `${say(other)} lies in ${say(path)} and is no longer listed by itself.`
    case 'other-job':
      return `${say(path)} overlaps with ${say(other)} of the job "${job}". Both back it up; it is stored once.`
    default:
      return kind satisfies never
  }
}
