import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { timeText, whenInSentence } from '../format/when.ts'
import type { Reader } from '../reader.ts'
import type { Letter, LetterFact } from './letter.ts'

export type RestoreLetterProps = {
  readonly computer: string
  readonly mode: 'restore' | 'revert'
  readonly state: 'done' | 'partly' | 'failed' | 'expired'
  readonly askedAtMs: number
  readonly endedAtMs: number
  /** The computer was given what it is about: from then on it may have written. */
  readonly isBegun: boolean
  readonly counters:
    | Readonly<Record<'files' | 'bytes' | 'same' | 'failed' | 'kept' | 'notSet' | 'verifiedFiles', number>>
    | undefined
  readonly code: string | undefined
  readonly detail: string | undefined
  /** Of the restore's page. */
  readonly path: string
}

const subjects = {
  done: 'The files are back on',
  partly: 'Some of the files are back on',
  failed: 'The files did not go back to',
  expired: 'The files did not go back to',
} as const

/** How one restore ended: without names of files, as letters travel. */
export function restoreLetter(reader: Reader, restore: RestoreLetterProps): Letter {
  const { computer, state, path, detail, askedAtMs, isBegun } = restore
  const asked = `You asked for it ${whenInSentence(reader, askedAtMs)}.`
  const words = {
    done: `What you asked for is on ${computer}. Each file that was written was read back and compared.`,
    partly: `Not everything that you asked for is on ${computer}. The page says what is missing, and why.`,
    failed: `Nothing more goes back to ${computer} by this order.${detail === undefined ? '' : ` ${detail}`}`,
    expired: isBegun
      ? `${computer} had begun, and was not heard of for fourteen days. What was back by then stays. Ask again when it is there.`
      : `${computer} did not appear in fourteen days. Ask again when it is there.`,
  }[state]
  return {
    subject: `${subjects[state]} ${computer}`,
    state: state === 'done' ? 'ok' : state === 'partly' ? 'partial' : 'failed',
    paragraphs: [words, asked],
    facts: factsOf(reader, restore),
    action: { label: 'See what was done', path },
    quiet: ['Which letters you get you choose on the page My letters (/me/letters).'],
  }
}

function factsOf(reader: Reader, { counters, endedAtMs, code }: RestoreLetterProps): readonly LetterFact[] {
  return [
    { label: 'Ended', value: timeText(reader, endedAtMs) },
    ...(counters === undefined
      ? []
      : [
          { label: 'Back', value: `${countOf(reader, counters.files, 'file')}, ${sizeText(reader, counters.bytes)}` },
          { label: 'There already, the same', value: countOf(reader, counters.same, 'file') },
          { label: 'Read back and compared', value: countOf(reader, counters.verifiedFiles, 'file') },
          ...(counters.kept + counters.failed === 0
            ? []
            : [{ label: 'Not back', value: countOf(reader, counters.kept + counters.failed, 'file') }]),
          ...(counters.notSet === 0
            ? []
            : [{ label: 'Without owner, rights or times', value: countOf(reader, counters.notSet, 'case') }]),
        ]),
    ...(code === undefined ? [] : [{ label: 'Code', value: code }]),
  ]
}
