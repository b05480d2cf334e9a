import { countOf } from '../format/count.ts'
import { durationText } from '../format/duration.ts'
import { sizeText } from '../format/size.ts'
import { timeText, whenInSentence } from '../format/when.ts'
import type { Reader } from '../reader.ts'
import type { Letter, LetterFact } from './letter.ts'

export type RunLetterProps = {
  readonly computer: string
  readonly customer: string
  readonly job: string
  readonly verdict: 'ok' | 'partial' | 'failed'
  readonly startedAtMs: number
  readonly endedAtMs: number
  readonly files: number
  readonly sourceBytes: number
  readonly addedBytes: number
  readonly skipped: number
  readonly code: string | undefined
  readonly detail: string | undefined
  /** Of the computer's page. */
  readonly path: string
  /** It ended so before, too: this letter comes once a day. */
  readonly isAgain: boolean
}

/** How one backup ended. */
export function runLetter(reader: Reader, run: RunLetterProps): Letter {
  const { computer, customer, verdict, path } = run
  return {
    subject: {
      ok: `${computer} is backed up`,
      partial: `${computer} was backed up in part`,
      failed: `${computer} was not backed up`,
    }[verdict],
    state: verdict,
    paragraphs: paragraphsOf(reader, run),
    facts: factsOf(reader, run),
    action: { label: verdict === 'ok' ? `Open ${computer}` : 'See what happened', path },
    quiet: [
      `You get this letter as one of the people of ${customer}.`,
      `Which letters you get you choose on the page My letters (/me/letters).`,
    ],
  }
}

function paragraphsOf(reader: Reader, run: RunLetterProps): readonly string[] {
  const { computer, verdict, skipped, endedAtMs, isAgain } = run
  const when = whenInSentence(reader, endedAtMs)
  if (verdict === 'ok') return [`${computer} was backed up ${when}.`]
  const again = isAgain ? ['It ended so before, too. While it does, this letter comes once a day.'] : []
  if (verdict === 'partial')
    return [
      `${computer} was backed up ${when}, but ${countOf(reader, skipped, 'file')} could not be read.`,
      'All other files are safe. Those that were open in a program, or that the agent may not read, stand on the page of the computer.',
      ...again,
    ]
  return [
    `${computer} was not backed up ${when}.`,
    ...(run.detail === undefined ? [] : [run.detail]),
    'What was kept before is safe and can be restored.',
    ...again,
  ]
}

function factsOf(reader: Reader, run: RunLetterProps): readonly LetterFact[] {
  const { verdict, startedAtMs, endedAtMs, code, job, customer } = run
  const what: readonly LetterFact[] =
    verdict === 'failed'
      ? code === undefined
        ? []
        : [{ label: 'Code', value: code }]
      : [
          { label: 'Files', value: `${countOf(reader, run.files, 'file')}, ${sizeText(reader, run.sourceBytes)}` },
          { label: 'New', value: sizeText(reader, run.addedBytes) },
        ]
  return [
    { label: 'Account', value: customer },
    { label: 'Backup plan', value: job },
    { label: 'Began', value: timeText(reader, startedAtMs) },
    { label: 'Took', value: durationText(reader, endedAtMs - startedAtMs) },
    ...what,
  ]
}
