import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { whenText } from '../format/when.ts'
import type { Reader } from '../reader.ts'
import type { Letter } from './letter.ts'

export type DigestState = 'ok' | 'partial' | 'failed' | 'silent' | 'none' | 'paused'

export type DigestComputer = {
  readonly name: string
  readonly state: DigestState
  readonly goodAtMs: number | undefined
  readonly storedBytes: number
}

export type DigestProps = {
  readonly customer: string
  readonly rhythm: 'daily' | 'weekly'
  readonly computers: readonly DigestComputer[]
  /** Titles of what waits for somebody. */
  readonly alarms: readonly string[]
}

const stateWords: Readonly<Record<DigestState, string>> = {
  ok: 'Backed up',
  partial: 'In part',
  failed: 'Failed',
  silent: 'Silent',
  none: 'Not backed up yet',
  paused: 'Paused',
}
const bad: readonly DigestState[] = ['failed', 'silent', 'none', 'partial']
const shown = 200

/** How all computers of an account stand, in one letter. */
export function digestLetter(reader: Reader, { customer, rhythm, computers, alarms }: DigestProps): Letter {
  const troubled = computers.filter(({ state }) => bad.includes(state))
  const isFailure = troubled.some(({ state }) => state !== 'partial')
  const says =
    troubled.length === 0
      ? 'Everything is backed up.'
      : `${countOf(reader, troubled.length, 'computer')} of ${computers.length} ${troubled.length === 1 ? 'needs' : 'need'} somebody.`
  const sorted = computers.toSorted((one, other) => rank(one) - rank(other) || one.name.localeCompare(other.name))
  return {
    subject: `${customer}: ${says}`,
    state: troubled.length === 0 ? 'ok' : isFailure ? 'failed' : 'partial',
    paragraphs: [says, ...alarms.map((title) => `Waits for somebody: ${title}`)],
    table: {
      title: 'Computers',
      head: ['Computer', 'State', 'Last good', 'Kept'],
      rows: sorted
        .slice(0, shown)
        .map(({ name, state, goodAtMs, storedBytes }) => [
          name,
          stateWords[state],
          goodAtMs === undefined ? 'Not yet' : whenText(reader, goodAtMs),
          sizeText(reader, storedBytes),
        ]),
      ...(computers.length > shown ? { more: `And ${computers.length - shown} more.` } : {}),
    },
    action: { label: 'Open the account', path: '/' },
    quiet: [
      `This letter comes ${rhythm === 'daily' ? 'every morning' : 'on Monday mornings'} to people of ${customer} who want it.`,
      'You choose that on the page My letters (/me/letters).',
    ],
  }
}

function rank({ state }: DigestComputer): number {
  return ['failed', 'silent', 'none', 'partial', 'paused', 'ok'].indexOf(state)
}

export type StaffDigestRow = {
  readonly customer: string
  readonly failed: number
  readonly silent: number
  readonly partial: number
  readonly computers: number
}

/** All customers that need somebody, for the staff. */
export function staffDigestLetter(
  reader: Reader,
  {
    rows,
    customers,
    rhythm,
  }: { readonly rows: readonly StaffDigestRow[]; readonly customers: number; readonly rhythm: 'daily' | 'weekly' },
): Letter {
  const says =
    rows.length === 0
      ? 'All customers are backed up.'
      : `${countOf(reader, rows.length, 'customer')} of ${customers} ${rows.length === 1 ? 'needs' : 'need'} somebody.`
  const count = (value: number) => (value === 0 ? '' : String(value))
  return {
    subject: says,
    state: rows.length === 0 ? 'ok' : 'failed',
    paragraphs: [says],
    ...(rows.length === 0
      ? {}
      : {
          table: {
            title: 'Customers',
            head: ['Customer', 'Failed', 'Silent', 'In part', 'Computers'],
            rows: rows
              .slice(0, shown)
              .map((row) => [row.customer, count(row.failed), count(row.silent), count(row.partial), String(row.computers)]),
            ...(rows.length > shown ? { more: `And ${rows.length - shown} more.` } : {}),
          },
        }),
    action: { label: 'Open the alerts', path: '/alerts' },
    quiet: [
      `This letter comes ${rhythm === 'daily' ? 'every morning' : 'on Monday mornings'} to staff who want it.`,
      'You choose that on the page My letters (/me/letters).',
    ],
  }
}
