import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { timeTag, whenInSentence, whenText } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { stateBadge } from './state.ts'

/** Whether restoring works, as far as it was tried: of one computer, or of all of an account. */
export type ProvedProps = {
  /** Computers that have something to bring back. */
  readonly computers: number
  /** The longest ago of theirs; undefined while one of them has none. */
  readonly provedAtMs: number | undefined
  /** Of those that have none yet. */
  readonly unproved: number
  /** Where one did not bring everything back, and none has since. */
  readonly damaged: readonly { readonly computer: string; readonly atMs: number; readonly path: string }[]
  /** Longer than thirty days. */
  readonly isOverdue: boolean
  /** Why the last one could not be run, where it could not; the latest of them. `computer`: of several. */
  readonly notRun: { readonly atMs: number; readonly words: string; readonly computer: string | undefined } | undefined
  readonly path: string
}

/** `Restore last proved: Sun 22 March 02:15`: icon, words and time. */
export function provedLine(reader: Reader, props: ProvedProps): Html {
  const { damaged, path } = props
  const [worst] = damaged
  if (worst !== undefined)
    return html`${stateBadge('failed', 'Not everything came back')} when a restore of <a href="${worst.path}">${worst.computer}</a> was tried ${timeTag(worst.atMs, whenInSentence(reader, worst.atMs))}${damaged.length === 1 ? '' : ` (${countOf(reader, damaged.length - 1, 'more computer')})`}.`
  return html`${provedWords(reader, props)} <a href="${path}">See the proofs</a>`
}

function provedWords(reader: Reader, { computers, provedAtMs, unproved, isOverdue, notRun }: ProvedProps): Html {
  const failed =
    notRun === undefined
      ? ''
      : html` The last one${notRun.computer === undefined ? '' : html` of <bdi>${notRun.computer}</bdi>`} could not be run ${whenInSentence(reader, notRun.atMs)}: ${notRun.words}`
  if (provedAtMs === undefined && unproved === computers)
    return html`${stateBadge(isOverdue ? 'partial' : 'none', 'Restore not proved yet')}. ${isOverdue ? 'For more than thirty days nothing has been brought back to see.' : 'Once a week some files are brought back to see that it works.'}${failed}`
  if (provedAtMs === undefined)
    return html`${stateBadge('partial', 'Restore not proved yet')} of ${countOf(reader, unproved, 'computer')}.${failed}`
  const of = computers === 1 ? '' : ', the longest ago of all computers'
  const words = isOverdue ? 'Restore last proved more than thirty days ago' : 'Restore last proved'
  return html`${stateBadge(isOverdue ? 'partial' : 'ok', `${words}:`)} ${timeTag(provedAtMs, whenText(reader, provedAtMs))}${of}.${failed}`
}
