/** What a customer's owners are told about their plan, and the staff when an owner asks for another one. */
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, whenText } from '../format/when.ts'
import type { Reader } from '../reader.ts'
import type { Letter } from './letter.ts'

export type LetterTerms = {
  readonly planName: string
  readonly quotaBytes: number
  readonly devicesMax: number
  readonly keptFor: string
  /** The first moment after the last day. */
  readonly validUntil: number | undefined
}

export type ChangedLetterProps = {
  /** Dates are those of the customer's time zone. */
  readonly reader: Reader
  readonly before: LetterTerms
  readonly after: LetterTerms
  /** The plan itself was changed, for everybody who has it. */
  readonly isOfPlan: boolean
  readonly undoUntilMs: number
  readonly stopped: number
  /** What the rehearsal told; undefined where none was shown. */
  readonly going: number | undefined
  readonly freedBytes: number | undefined
}

const planPath = '/account/plan'
const why = ['You get this letter because you own this account. Nothing is removed before the day named above.']

export function changedLetter(props: ChangedLetterProps): Letter {
  const { reader, before, after, isOfPlan, undoUntilMs, stopped, going, freedBytes } = props
  const what = isOfPlan ? `Your plan ${after.planName} was changed` : `Your plan is ${after.planName} now`
  const frees = freedBytes === undefined ? '' : `, which frees ${sizeText(reader, freedBytes)}`
  const until = whenText(reader, undoUntilMs)
  return {
    subject: what,
    paragraphs: [
      `${what}. ${isOfPlan ? 'What it says is below.' : `It was ${before.planName}.`}`,
      ...(going === undefined
        ? ['Versions that only the old terms keep stay at least seven more days.']
        : [
            going === 0
              ? 'No version goes because of it.'
              : `${countOf(reader, going, 'version')} may go after ${until}${frees}. Nothing goes before that, and what goes then lies in the bin for seven days more.`,
          ]),
      ...(stopped === 0
        ? []
        : [
            `${countOf(reader, stopped, 'computer')} ${stopped === 1 ? 'stops' : 'stop'} backing up. What is backed up stays, and can be restored.`,
          ]),
      `Until ${until} it can be undone, whole.`,
    ],
    facts: termsFacts(reader, before, after),
    action: { label: 'See the plan, or undo the change', path: planPath },
    quiet: why,
  }
}

export function undoneLetter(props: {
  readonly reader: Reader
  readonly undone: LetterTerms
  readonly restored: LetterTerms
}): Letter {
  const { reader, undone, restored } = props
  const isSamePlan = undone.planName === restored.planName
  return {
    subject: isSamePlan ? `The change of your plan ${restored.planName} was undone` : `Your plan is ${restored.planName} again`,
    paragraphs: [
      isSamePlan
        ? `What your plan ${restored.planName} said before holds again.`
        : `The change to ${undone.planName} was undone. Your plan is ${restored.planName}, as before.`,
      'Nothing was removed.',
    ],
    facts: termsFacts(reader, undone, restored),
    action: { label: 'See the plan', path: planPath },
    quiet: ['You get this letter because you own this account.'],
  }
}

export function renewedLetter({ reader, terms }: { readonly reader: Reader; readonly terms: LetterTerms }): Letter {
  const until = lastDay(reader, terms.validUntil)
  return {
    subject: `Your plan ${terms.planName} was renewed`,
    paragraphs: [
      terms.validUntil === undefined
        ? `Your plan ${terms.planName} goes on until somebody ends it.`
        : `Your plan ${terms.planName} goes on. Its last day is ${until}.`,
    ],
    facts: [{ label: 'Valid through', value: until }],
    action: { label: 'See the plan', path: planPath },
    quiet: ['You get this letter because you own this account.'],
  }
}

export function askedLetter(props: {
  readonly from: string
  readonly to: string
  readonly customer: { readonly name: string; readonly number: string; readonly path: string }
  readonly by: string
}): Letter {
  const { customer, from, to, by } = props
  return {
    subject: `${customer.name} asks for the plan ${to}`,
    paragraphs: [
      `${customer.name} (${customer.number}) would like ${to} instead of ${from}.`,
      'Nothing has changed. Rehearse the change, and make it if it is right.',
    ],
    facts: [
      { label: 'Customer', value: `${customer.name}, ${customer.number}` },
      { label: 'Asked by', value: by },
      { label: 'Plan now', value: from },
      { label: 'Plan wanted', value: to },
    ],
    action: { label: 'Rehearse the change', path: customer.path },
  }
}

function termsFacts(reader: Reader, before: LetterTerms, after: LetterTerms) {
  const rows = [
    { label: 'Plan', of: ({ planName }: LetterTerms) => planName },
    { label: 'Space', of: ({ quotaBytes }: LetterTerms) => sizeText(reader, quotaBytes) },
    { label: 'Computers', of: ({ devicesMax }: LetterTerms) => String(devicesMax) },
    { label: 'Kept for', of: ({ keptFor }: LetterTerms) => keptFor },
  ]
  return rows.map(({ label, of }) => ({
    label,
    value: of(before) === of(after) ? of(after) : `${of(after)} (before: ${of(before)})`,
  }))
}

function lastDay(reader: Reader, validUntil: number | undefined): string {
  return validUntil === undefined ? 'Without end' : dateText(reader, validUntil - 1)
}
