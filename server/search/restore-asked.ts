/** What the address of the Restore page asks for, and the addresses that ask for something else. Pure. */
import { dayOf } from '../../views/format/when.ts'
import type { RestoreAsked } from '../../views/pages/restore.ts'
import type { Reader } from '../../views/reader.ts'
import { restorePath } from '../http/page-paths.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { fileKinds } from './file-kind.ts'
import { findOrders } from './find-in-index.ts'
import { maxNameCharacters } from './name-query.ts'
import { type FileFilters, type FileQuestion, foundStates } from './search.ts'

const MiB = 1024 ** 2
const GiB = 1024 ** 3

/** Sizes that people think in. */
export const sizeChoices = [
  { value: 'small', name: 'Under 1 MiB', minBytes: undefined, maxBytes: MiB - 1 },
  { value: 'medium', name: '1 MiB and more', minBytes: MiB, maxBytes: undefined },
  { value: 'large', name: '10 MiB and more', minBytes: 10 * MiB, maxBytes: undefined },
  { value: 'huge', name: '1 GiB and more', minBytes: GiB, maxBytes: undefined },
] as const

const typeChoices = [
  { value: 'file', name: 'Files' },
  { value: 'folder', name: 'Folders' },
] as const

const kindNames = {
  picture: 'Pictures',
  document: 'Documents',
  spreadsheet: 'Spreadsheets',
  presentation: 'Presentations',
  pdf: 'PDFs',
  archive: 'Archives',
  video: 'Videos',
  music: 'Music',
  mail: 'Mail',
} as const satisfies Record<(typeof fileKinds)[number], string>

export const kindChoices = [...typeChoices, ...fileKinds.map((kind) => ({ value: kind, name: kindNames[kind] }))]

/** An id, a slash, and the name of a backup plan. */
const maxWhereCharacters = 160

const datePattern = /^\d{4}-\d{2}-\d{2}$/

/** Whatever is not one of the choices counts as not said. */
export function restoreAsked(query: (name: string) => string | undefined): RestoreAsked {
  const oneOf = (name: string, values: readonly string[]) => values.find((value) => value === query(name)) ?? ''
  return {
    q: (query('q') ?? '').trim().slice(0, maxNameCharacters),
    computer: (query('computer') ?? '').slice(0, maxWhereCharacters),
    plan: (query('plan') ?? '').slice(0, 64),
    kind: oneOf(
      'kind',
      kindChoices.map(({ value }) => value),
    ),
    size: oneOf(
      'size',
      sizeChoices.map(({ value }) => value),
    ),
    state: oneOf('state', foundStates),
    changedFrom: dateAsked(query('from')),
    changedUntil: dateAsked(query('until')),
    day: dateAsked(query('day')),
    weeks: dateAsked(query('weeks')),
    sort: oneOf('sort', findOrders),
  }
}

function dateAsked(text: string | undefined): string {
  return text !== undefined && datePattern.test(text) && parseDate(text) !== undefined ? text : ''
}

function parseDate(text: string): Temporal.PlainDate | undefined {
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    return undefined
  }
}

/** The day that was chosen; what lies ahead is today. */
export function dayAsked(reader: Reader, { day }: RestoreAsked): Temporal.PlainDate | undefined {
  return upToToday(reader, day)
}

/** The last day of the weeks that the strip was turned to. */
export function weeksAsked(reader: Reader, { weeks }: RestoreAsked): Temporal.PlainDate | undefined {
  return upToToday(reader, weeks)
}

function upToToday(reader: Reader, day: string): Temporal.PlainDate | undefined {
  const asked = day === '' ? undefined : parseDate(day)
  const today = dayOf(reader, reader.nowMs)
  return asked === undefined || Temporal.PlainDate.compare(asked, today) <= 0 ? asked : today
}

export function startOf(reader: Reader, date: Temporal.PlainDate): number {
  return date.toZonedDateTime(reader.timeZone).epochMilliseconds
}

export function dayEnd(reader: Reader, date: Temporal.PlainDate): number {
  return startOf(reader, date.add({ days: 1 }))
}

/** Something is looked for: without it the page shows the newest versions. */
export function isSearch({ q, kind, size, state, changedFrom, changedUntil }: RestoreAsked): boolean {
  return [q, kind, size, state, changedFrom, changedUntil].some((said) => said !== '')
}

export function filtersAsked(reader: Reader, asked: RestoreAsked): FileFilters {
  const size = sizeChoices.find(({ value }) => value === asked.size)
  const day = dayAsked(reader, asked)
  const [from, until] = [parseDate(asked.changedFrom || 'none'), parseDate(asked.changedUntil || 'none')]
  return {
    type: typeChoices.find(({ value }) => value === asked.kind)?.value,
    kind: fileKinds.find((kind) => kind === asked.kind),
    minBytes: size?.minBytes,
    maxBytes: size?.maxBytes,
    changedFromMs: from && startOf(reader, from),
    changedBeforeMs: until && dayEnd(reader, until),
    state: foundStates.find((state) => state === asked.state),
    thereBeforeMs: day && dayEnd(reader, day),
  }
}

export function orderAsked({ sort }: RestoreAsked): FileQuestion['order'] {
  return findOrders.find((order) => order === sort) ?? 'best'
}

/** A computer, or one backup plan of it, as one choice. */
export function whereValue(deviceId: Id<'dev'>, job?: string): string {
  return job === undefined ? deviceId : `${deviceId}/${job}`
}

/** Undefined: none was named. An id that is none finds nothing. */
export function deviceAsked({ computer }: RestoreAsked): Id<'dev'> | 'unknown' | undefined {
  if (computer === '') return undefined
  const [id = ''] = computer.split('/', 1)
  return isId('dev', id) ? id : 'unknown'
}

export function jobAsked({ computer }: RestoreAsked): string | undefined {
  const slash = computer.indexOf('/')
  return slash === -1 ? undefined : computer.slice(slash + 1)
}

export function planAsked({ plan }: RestoreAsked): Id<'sub'> | 'unknown' | undefined {
  if (plan === '') return undefined
  return isId('sub', plan) ? plan : 'unknown'
}

/** The page with some of it changed; what is empty is left out. */
export function restoreAddress(asked: RestoreAsked, change: Partial<RestoreAsked> & { readonly after?: string } = {}): string {
  const { changedFrom, changedUntil, ...rest } = { ...asked, ...change }
  const said = Object.entries({ ...rest, from: changedFrom, until: changedUntil }).filter(([, value]) => value !== '')
  return said.length === 0 ? restorePath : `${restorePath}?${new URLSearchParams(said)}`
}
