import { countOf } from '../format/count.ts'
import { whenText } from '../format/when.ts'
import type { Reader } from '../reader.ts'
import type { Letter, LetterTable } from './letter.ts'

export type AlarmInLetter = {
  readonly severity: 'failure' | 'warning'
  /** A sentence. */
  readonly title: string
  readonly detail: string
  readonly hint: string
  /** Whose it is; undefined: the box's own. */
  readonly customer: string | undefined
  readonly atMs: number
}

export type AlarmLetterProps = {
  readonly raised: readonly AlarmInLetter[]
  readonly settled: readonly AlarmInLetter[]
  readonly path: string
}

/** More than a person reads in a letter; the page has all of them. */
const shown = 40

/** What waits for somebody since a moment, and what is over, all of one round in one letter. */
export function alarmLetter(reader: Reader, { raised, settled, path }: AlarmLetterProps): Letter {
  const [first] = raised
  const isFailure = raised.some(({ severity }) => severity === 'failure')
  const quiet = [
    'You get this letter because you take the alerts. Which letters you get you choose on the page My letters (/me/letters).',
  ]
  const action = { label: 'See what to do', path }
  const over: { readonly table?: LetterTable } =
    settled.length === 0
      ? {}
      : {
          table: tableOf(
            reader,
            raised.length === 0 ? 'What is over' : 'Over meanwhile',
            ['What', 'Whose', 'Over since'],
            settled,
          ),
        }
  if (first === undefined)
    return {
      subject: settled.length === 1 ? `Over: ${settled[0]!.title}` : `${settled.length} alerts are over`,
      state: 'ok',
      paragraphs: [settled.length === 1 ? `This is over: ${settled[0]!.title}` : `${settled.length} alerts are over.`],
      ...over,
      action: { label: 'Open the box', path },
      quiet,
    }
  if (raised.length === 1)
    return {
      subject: first.customer === undefined ? first.title : `${first.customer}: ${first.title}`,
      state: isFailure ? 'failed' : 'partial',
      paragraphs: [first.title, first.detail, first.hint],
      ...(first.customer === undefined ? {} : { facts: [{ label: 'Account', value: first.customer }] }),
      ...over,
      action,
      quiet,
    }
  return {
    subject: `${raised.length} things wait for somebody`,
    state: isFailure ? 'failed' : 'partial',
    paragraphs: [
      `${countOf(reader, raised.length, 'thing')} wait for somebody.`,
      ...(settled.length === 0 ? [] : [`${settled.length} ${settled.length === 1 ? 'other is' : 'others are'} over.`]),
    ],
    table: tableOf(reader, 'What waits', ['What', 'Whose', 'Since'], raised),
    action,
    quiet,
  }
}

function tableOf(reader: Reader, title: string, head: readonly string[], alarms: readonly AlarmInLetter[]): LetterTable {
  const rows = alarms
    .slice(0, shown)
    .map(({ title: what, detail, customer, atMs }) => [`${what} ${detail}`, customer ?? 'The box', whenText(reader, atMs)])
  const more = alarms.length > shown ? { more: `And ${alarms.length - shown} more.` } : {}
  return { title, head, rows, ...more }
}
