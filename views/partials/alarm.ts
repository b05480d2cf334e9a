import { html } from 'hono/html'
import { whenInSentence } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { notice } from './notice.ts'

/** Something that waits for somebody. */
export type AlarmProps = {
  readonly code: string
  readonly severity: 'failure' | 'warning'
  /** A whole sentence. */
  readonly title: string
  readonly detail: string
  readonly hint: string
  readonly who: string
  readonly firstAtMs: number
  readonly lastAtMs: number
}

export const alarmStates = { failure: 'failed', warning: 'partial' } as const
export const alarmIcons = { failure: 'octagon-x', warning: 'triangle-alert' } as const

/** Stays until it is solved, in one line of a page that is about something else. */
export function alarmNotice(reader: Reader, { severity, title, hint, firstAtMs }: AlarmProps): Html {
  return notice({
    icon: alarmIcons[severity],
    state: alarmStates[severity],
    words: html`<b>${title}</b> Since ${whenInSentence(reader, firstAtMs)}. ${hintText(hint)}`,
  })
}

/** What stands between backticks is a command. */
export function hintText(hint: string): Html {
  return html`${hint.split('`').map((piece, index) => (index % 2 === 1 ? html`<code>${piece}</code>` : piece))}`
}
