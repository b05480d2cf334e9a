import { defineCommand } from '../command-line/command.ts'
import { exitCodes } from '../command-line/exit-code.ts'
import { type Program, userAgentOf } from '../command-line/program.ts'
import type { Configuration, DeviceEntry, ServerEntry } from '../config/configuration.ts'
import { readConfiguration } from '../config/configuration-file.ts'
import { openWorkBook } from '../daemon/work-book.ts'
import { type Explanation, explainError } from '../errors/explain-error.ts'
import { boxApi, type JobState, type OwnDevice, type Policy } from '../link/box-api.ts'
import { openBoxLink } from '../link/box-link.ts'
import { jsonPath, jsonTime } from '../output/json-values.ts'
import { silenceLines, silentSince } from '../runs/warn-of-silence.ts'
import { type Known, type KnownPolicy, knownPolicy, readKnown, writeKnown } from '../state/known.ts'
import { secretsFileAt } from '../state/secrets.ts'

/** A box that does not answer by then is told of as unreachable. */
const answerWithinMs = 5_000

export const statusCommand = defineCommand({
  name: 'status',
  usage: '',
  about:
    'Shows the box, what is selected, the last good version of each job, and what the plan says. Works without the box, too.',
  options: {},
  answers: 'object',
  words: { min: 0, max: 0 },
  examples: ['holdfast-agent status', 'holdfast-agent status --json'],
  async run(program) {
    const { state, surroundings, report } = program
    const configuration = readConfiguration(state.configurationFile, surroundings.platform)
    const standing = await findStanding(program, configuration)
    report.answer(statusJson(program, configuration, standing), statusLines(program, configuration, standing))
    return exitCodes.ok
  },
})

type Standing =
  | { readonly kind: 'not-connected' }
  /** Asked just now. */
  | { readonly kind: 'online'; readonly connected: Connected; readonly policy: Policy; readonly own: OwnDevice }
  /** What was known before, and why it is not known better. */
  | { readonly kind: 'offline'; readonly connected: Connected; readonly known: Known; readonly why: Explanation }

interface Connected {
  readonly server: ServerEntry
  readonly device: DeviceEntry
}

async function findStanding(program: Program, { server, device }: Configuration): Promise<Standing> {
  if (!server || !device) return { kind: 'not-connected' }
  const { state, surroundings } = program
  const connected = { server, device }
  const known = readKnown(state.knownFile, device.id)
  try {
    const { token } = secretsFileAt(state.secretsFile).read()
    const link = openBoxLink(server, { token, userAgent: userAgentOf(program), now: surroundings.now })
    try {
      const signal = AbortSignal.any([AbortSignal.timeout(answerWithinMs), surroundings.stop])
      const api = boxApi(link, surroundings.now)
      const [policy, own] = await Promise.all([api.policy(signal), api.device(signal)])
      writeKnown(state.knownFile, { ...known, policy: knownPolicy(policy, surroundings.now()) })
      return { kind: 'online', connected, policy, own }
    } finally {
      link.close()
    }
  } catch (error) {
    return { kind: 'offline', connected, known, why: explainError(error) }
  }
}

interface JobStanding {
  readonly name: string
  readonly sources: readonly Buffer[]
  readonly schedules: readonly string[]
  readonly lastGood: { readonly id: string; readonly atMs: number } | undefined
  /** How the last run went, as far as it is known here. */
  readonly lastOutcome: string | undefined
}

function jobStandings({ jobs }: Configuration, standing: Standing): readonly JobStanding[] {
  return jobs.map(({ name, sources, schedules }) => ({ name, sources, schedules, ...lastOf(name, standing) }))
}

function lastOf(job: string, standing: Standing): Pick<JobStanding, 'lastGood' | 'lastOutcome'> {
  switch (standing.kind) {
    case 'not-connected':
      return { lastGood: undefined, lastOutcome: undefined }
    case 'online':
      return lastHeard(standing.own.jobs.find(({ name }) => name === job))
    case 'offline': {
      const run = standing.known.runs.find((known) => known.job === job)
      return { lastGood: run?.lastGood, lastOutcome: run?.outcome }
    }
    default:
      return standing satisfies never
  }
}

function lastHeard(job: JobState | undefined): Pick<JobStanding, 'lastGood' | 'lastOutcome'> {
  const good = job?.lastGood
  return { lastGood: good && { id: good.id, atMs: good.receivedAtMs }, lastOutcome: job?.newest?.verdict }
}

function statusJson(program: Program, configuration: Configuration, standing: Standing): object {
  const jobs = jobStandings(configuration, standing).map(({ name, sources, schedules, lastGood, lastOutcome }) => ({
    name,
    sources: sources.map(jsonPath),
    schedules,
    lastGood: lastGood ? { id: lastGood.id, at: jsonTime(lastGood.atMs) } : null,
    lastOutcome: lastOutcome ?? null,
  }))
  const stateFolder = program.state.path
  if (standing.kind === 'not-connected') return { connected: false, online: false, stateFolder, jobs }
  const { server, device } = standing.connected
  const policy = policyOf(standing)
  return {
    connected: true,
    online: standing.kind === 'online',
    url: server.url,
    device: { id: device.id, number: device.number, name: device.name },
    customer: { number: device.customerNumber, name: device.customer },
    policy: policy ? policyJson(policy) : null,
    ...(standing.kind === 'online' && standing.policy.refusal ? { refusal: standing.policy.refusal } : {}),
    ...(standing.kind === 'offline'
      ? { error: { code: standing.why.code, detail: standing.why.detail }, silentSince: silentJson(program, standing.known) }
      : {}),
    stateFolder,
    jobs,
    restores: pendingRestores(program, standing.connected.device).map(({ id, counted }) => ({
      id,
      attempts: counted?.attempts ?? 0,
    })),
  }
}

function silentJson({ surroundings }: Program, known: Known): string | null {
  const sinceMs = silentSince(known, surroundings.now())
  return sinceMs === undefined ? null : jsonTime(sinceMs)
}

function policyJson(policy: Omit<KnownPolicy, 'heardAtMs'>): object {
  const { planName, validUntilMs, quotaBytes, usedBytes, acceptsBackups } = policy
  return {
    plan: planName,
    validUntil: validUntilMs === undefined ? null : jsonTime(validUntilMs),
    quotaBytes,
    usedBytes,
    acceptsBackups,
  }
}

function policyOf(standing: Exclude<Standing, { kind: 'not-connected' }>): Omit<KnownPolicy, 'heardAtMs'> | undefined {
  return standing.kind === 'online' ? standing.policy : standing.known.policy
}

function statusLines(program: Program, configuration: Configuration, standing: Standing): readonly string[] {
  return [...standingLines(program, standing), ...jobLines(program, configuration, standing), ...restoreLines(program, standing)]
}

/** What `run` has taken on: it is in its book from before it begins until the box has heard of its end. */
function pendingRestores({ state }: Program, device: DeviceEntry) {
  return openWorkBook(state.workFile, device.id).now().restores
}

function restoreLines(program: Program, standing: Standing): readonly string[] {
  if (standing.kind === 'not-connected') return []
  return pendingRestores(program, standing.connected.device).map(({ id, counted }) =>
    counted === undefined ? `Files are to come back by ${id}; it waits.` : `Files come back by ${id}.`,
  )
}

function standingLines(program: Program, standing: Standing): readonly string[] {
  const { words } = program
  if (standing.kind === 'not-connected') return ['Not connected to a box yet: holdfast-agent connect URL --user LOGIN']
  const { server, device } = standing.connected
  const who = `${device.name} (${device.number}) of ${device.customer} (${device.customerNumber})`
  const policy = policyOf(standing)
  const heard =
    standing.kind === 'offline' && standing.known.policy ? `, as heard ${words.moment(standing.known.policy.heardAtMs)}` : ''
  return [
    `Connected to ${server.url} as ${who}.`,
    ...(standing.kind === 'offline' ? [`The box cannot be asked now: ${standing.why.detail} (${standing.why.code})`] : []),
    ...silenceOf(program, standing),
    ...(policy ? [`${planSentence(policy, words)}${heard}.`] : []),
    ...(policy && !policy.acceptsBackups ? [refusalSentence(standing)] : []),
  ]
}

/** Asked by hand or by a script, it goes into the log, too. */
function silenceOf(program: Program, standing: Exclude<Standing, { kind: 'not-connected' }>): readonly string[] {
  if (standing.kind === 'online') return []
  const sinceMs = silentSince(standing.known, program.surroundings.now())
  if (sinceMs === undefined) return []
  const { why, connected } = standing
  program.log.write('no contact', { since: new Date(sinceMs).toISOString(), code: why.code, url: connected.server.url })
  return silenceLines(program, { sinceMs, url: connected.server.url, why })
}

function planSentence(policy: Omit<KnownPolicy, 'heardAtMs'>, words: Program['words']): string {
  const until = policy.validUntilMs === undefined ? '' : `, valid until ${words.moment(policy.validUntilMs)}`
  return `Plan ${policy.planName}: ${words.size(policy.usedBytes)} of ${words.size(policy.quotaBytes)} used${until}`
}

function refusalSentence(standing: Standing): string {
  const refusal = standing.kind === 'online' ? standing.policy.refusal : undefined
  return refusal ? `Backups are refused now: ${refusal.detail ?? refusal.title} (${refusal.code})` : 'Backups are refused now.'
}

function jobLines({ words }: Program, configuration: Configuration, standing: Standing): readonly string[] {
  const jobs = jobStandings(configuration, standing)
  if (jobs.length === 0) return ['Nothing is selected yet: holdfast-agent add PATH']
  return jobs.flatMap(({ name, sources, schedules, lastGood, lastOutcome }) => [
    `Job "${name}": ${sources.map(words.path).join(', ')}${schedules.length === 0 ? '' : ` (${schedules.join('; ')})`}`,
    lastGood ? `  last good version: ${words.moment(lastGood.atMs)} (${lastGood.id})` : '  no good version known yet',
    ...(lastOutcome === undefined || lastOutcome === 'ok' ? [] : [`  last run: ${outcomeWords(lastOutcome)}`]),
  ])
}

function outcomeWords(outcome: string): string {
  return outcome === 'partial' ? 'partly, some files were skipped' : outcome
}
