/** `holdfast copy …`: second copies for scripts, and for whoever sits at the box. */
import { resolve } from 'node:path'
import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import type { ChoreProgress } from '../chores/chore.ts'
import { type CommandContext, type CommandOption, defineCommand, exitCodes, type Given, UsageError } from '../cli/command.ts'
import type { Id } from '../runtime/ids.ts'
import type { CopyStatus } from './copies-service.ts'
import { copyBody, resultBody } from './copy-body.ts'
import { type CopyChoreDetail, type CopyOrderKind, copyChoreName } from './copy-chore.ts'
import { CopyError } from './copy-error.ts'
import { copyIntervals, isCopyInterval } from './copy-schedule.ts'
import { resultText, statusText } from './copy-words.ts'

const which: CommandOption = { name: 'copy', value: 'C', about: 'which one: its id or its name; needed when there are several' }
const settings: readonly CommandOption[] = [
  { name: 'every', value: 'HOURS', about: `hours between runs: ${copyIntervals.join(', ')}` },
  {
    name: 'at',
    value: 'HOUR',
    about: 'the hour a daily or weekly copy begins in, 0 to 23 by the clock of the box; `any` takes it back',
  },
  { name: 'limit', value: 'RATE', about: 'bytes a second at most, as 20MiB; `none` takes it back' },
]

const settingsSchema = z.object({
  everyHours: z.custom<(typeof copyIntervals)[number]>((value) => isCopyInterval(Number(value))).optional(),
  atHour: z.int().min(0).max(23).nullable().optional(),
  limitBytesPerSecond: z.int().nullable().optional(),
})

export const copyAddCommand = defineCommand({
  name: 'copy add',
  words: [{ name: 'path', about: 'the folder, on another disk' }],
  options: [
    { name: 'name', value: 'N', about: 'what to call it; the folder unless told' },
    ...settings,
    { name: 'same-disk', about: 'a folder on the box’s own disk will do' },
    { name: 'take-over', about: 'the folder holds a copy that another box made' },
  ],
  about:
    'Looks at the folder, writes and reads a little, and makes it the place of a copy of all customers’ backups.\nThe first run follows within a minute when the box is up, or with `holdfast copy run`.',
  input: settingsSchema.extend({
    folder: z.string(),
    name: z.string(),
    isSameDiskAllowed: z.boolean(),
    isTakingOver: z.boolean(),
  }),
  prepare: ({ given }) => {
    const folder = resolve(String(given.path))
    return {
      folder,
      name: given.name === undefined ? folder : String(given.name),
      isSameDiskAllowed: given['same-disk'] === true,
      isTakingOver: given['take-over'] === true,
      ...settingsOf(given),
    }
  },
  run: async ({ everyHours = 24, atHour, limitBytesPerSecond, ...place }, { services: { copies } }) => {
    const schedule = { everyHours, atHour: atHour ?? undefined }
    const asked = { ...place, schedule, limitBytesPerSecond: limitBytesPerSecond ?? undefined, isPaused: false }
    const { copyId } = await copies.add(asked, actingOnTheBox)
    return { result: statusResult([await copies.get(copyId)]) }
  },
  present: ({ text, copies: [copy] }) => ({ text, json: copy! }),
})

export const copySetCommand = defineCommand({
  name: 'copy set',
  options: [
    which,
    { name: 'name', value: 'N', about: 'another name' },
    ...settings,
    { name: 'pause', about: 'it runs only when asked' },
    { name: 'resume', about: 'it runs on its schedule again' },
  ],
  input: settingsSchema.extend({ copy: z.string().optional(), name: z.string().optional(), isPaused: z.boolean().optional() }),
  prepare: ({ given }) => {
    if (given.pause === true && given.resume === true) throw new UsageError('Take --pause or --resume, not both.')
    const isPaused = given.pause === true ? true : given.resume === true ? false : undefined
    return {
      ...whichOf(given),
      ...(given.name === undefined ? {} : { name: String(given.name) }),
      ...(isPaused === undefined ? {} : { isPaused }),
      ...settingsOf(given),
    }
  },
  run: async ({ copy: named, everyHours, atHour, limitBytesPerSecond, ...rest }, context) => {
    const { copies } = context.services
    const { copy } = await chooseCopy(context, named)
    const { schedule } = copy
    const change = {
      schedule: {
        everyHours: everyHours ?? schedule.everyHours,
        atHour: atHour === undefined ? schedule.atHour : (atHour ?? undefined),
      },
      ...(limitBytesPerSecond === undefined ? {} : { limitBytesPerSecond: limitBytesPerSecond ?? undefined }),
      ...(rest.name === undefined ? {} : { name: rest.name }),
      ...(rest.isPaused === undefined ? {} : { isPaused: rest.isPaused }),
    }
    await copies.change(copy.copyId, change, actingOnTheBox)
    return { result: statusResult([await copies.get(copy.copyId)]) }
  },
  present: ({ text, copies: [copy] }) => ({ text, json: copy! }),
})

export const copyStatusCommand = defineCommand({
  name: 'copy status',
  options: [],
  about: 'Exit code 1 when one of them is too old, or its last run failed.',
  input: z.object({}),
  prepare: () => ({}),
  run: async (_input, { services: { copies } }) => {
    const statuses = await copies.list()
    const isWell = statuses.every(({ isTooOld, history }) => !isTooOld && history.result?.outcome !== 'failed')
    return { result: statusResult(statuses), exitCode: isWell ? exitCodes.ok : exitCodes.failed }
  },
  present: ({ text, copies }) => ({ text, json: { copies } }),
})

export const copyRemoveCommand = defineCommand({
  name: 'copy remove',
  options: [which],
  about: 'The box forgets the copy. Its files stay where they are.',
  input: z.object({ copy: z.string().optional() }),
  prepare: ({ given }) => whichOf(given),
  run: async ({ copy: named }, context) => {
    const { copy } = await chooseCopy(context, named)
    await context.services.copies.remove(copy.copyId, actingOnTheBox)
    return { result: { id: copy.copyId, name: copy.name, folder: copy.address.folder } }
  },
  present: (removed) => ({ text: `${removed.name} is forgotten. Its files stay in ${removed.folder}.` }),
})

export const copyRunCommand = defineCommand({
  name: 'copy run',
  options: [which],
  about: 'Brings the copy up to date now. Exit code 1 when it could not, 3 when something was not as it should be.',
  input: z.object({ copy: z.string().optional() }),
  prepare: ({ given }) => whichOf(given),
  run: ({ copy }, context) => runNow(context, copy, 'run'),
  present: ({ text, report }) => ({ text, json: report }),
})

export const copyVerifyCommand = defineCommand({
  name: 'copy verify',
  options: [which, { name: 'all', about: 'reads every byte of the copy, not only what is due' }],
  about:
    'Reads the copy back and compares; copies nothing. Exit code 1 when it failed, or anything was missing or damaged there.',
  input: z.object({ copy: z.string().optional(), isEverything: z.boolean() }),
  prepare: ({ given }) => ({ ...whichOf(given), isEverything: given.all === true }),
  run: async ({ copy, isEverything }, context) => {
    const ended = await runNow(context, copy, isEverything ? 'verify-everything' : 'verify')
    return ended.exitCode === exitCodes.partly ? { ...ended, exitCode: exitCodes.failed } : ended
  },
  present: ({ text, report }) => ({ text, json: report }),
})

async function runNow(context: CommandContext, named: string | undefined, kind: CopyOrderKind) {
  const { services, report, signal } = context
  const { copy } = await chooseCopy(context, named)
  const order = { copyId: copy.copyId, kind }
  const { detail } = await services.chores.runToEnd(copyChoreName, { input: order, signal, onProgress: progressLines(report) })
  const { result } = (detail as CopyChoreDetail).copies[0]!
  const exitCode = result.outcome === 'ok' ? exitCodes.ok : result.outcome === 'partial' ? exitCodes.partly : exitCodes.failed
  return { result: { text: resultText(copy.name, result), report: { id: copy.copyId, ...resultBody(result) } }, exitCode }
}

async function chooseCopy({ services }: CommandContext, named: string | undefined): Promise<CopyStatus> {
  const all = await services.copies.list()
  const found = named === undefined ? all : all.filter(({ copy }) => copy.copyId === named || copy.name === named)
  const [only] = found
  if (only !== undefined && found.length === 1) return only
  if (all.length === 0) throw new CopyError('not-found', 'There is no second copy yet. `holdfast copy add` makes one.')
  const names = all.map(({ copy }) => `${copy.copyId} (${copy.name})`).join(', ')
  throw new UsageError(`Say which with --copy: ${names}.`)
}

function statusResult(statuses: readonly CopyStatus[]) {
  return { text: statuses.map(statusText).join('\n\n') || 'There is no second copy yet.', copies: statuses.map(copyBody) }
}

function whichOf({ copy }: Given): { readonly copy?: Id<'cpy'> | string } {
  return copy === undefined ? {} : { copy: String(copy) }
}

function settingsOf({ every, at, limit }: Given) {
  return {
    ...(every === undefined ? {} : { everyHours: intervalOf(String(every)) }),
    ...(at === undefined ? {} : { atHour: hourOf(String(at)) }),
    ...(limit === undefined ? {} : { limitBytesPerSecond: limitOf(String(limit)) }),
  }
}

function intervalOf(text: string) {
  const hours = Number(text)
  if (!isCopyInterval(hours)) throw new UsageError(`--every takes one of ${copyIntervals.join(', ')} hours.`)
  return hours
}

function hourOf(text: string): number | null {
  if (text === 'any') return null
  if (!/^\d{1,2}$/.test(text) || Number(text) > 23) throw new UsageError('--at takes an hour from 0 to 23, or `any`.')
  return Number(text)
}

const units: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 }

function limitOf(text: string): number | null {
  if (text === 'none') return null
  const match = /^(\d{1,9})\s?(KiB|MiB|GiB|)$/.exec(text)
  if (match === null) throw new UsageError('--limit takes bytes a second as 20MiB or 500KiB, or `none`.')
  return Number(match[1]) * units[match[2]!]!
}

const percentsPerLine = 10

/** A line when another step begins, and for every tenth of the bytes. */
function progressLines(report: (line: string) => void): (progress: ChoreProgress) => void {
  let last = ''
  return ({ words, done, total }) => {
    const share =
      done === undefined || total === undefined || total === 0 ? undefined : Math.floor((done * 100) / total / percentsPerLine)
    const line = share === undefined ? words : `${words}, ${share * percentsPerLine} %`
    if (line !== last) report(line)
    last = line
  }
}
