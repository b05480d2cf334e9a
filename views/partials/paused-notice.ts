import { html } from 'hono/html'
import { dateText } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { notice } from './notice.ts'

export type PausedProps = {
  /** Of the computer alone, of the whole plan, or because a smaller plan has no place for it. */
  readonly of: 'computer' | 'plan' | 'plan-limit'
  readonly reason: string
  readonly untilMs: number | undefined
  readonly by: string
}

/** Stays until backups are taken again: why, since whom, until when, and the way to turn it. */
export function pausedNotice(reader: Reader, name: string, off: PausedProps, path: string | undefined): Html {
  const until = off.untilMs === undefined ? '' : ` until ${dateText(reader, off.untilMs)}`
  const by = off.by === '' || off.of === 'plan-limit' ? '' : ` ${off.by} paused them.`
  return notice({
    icon: 'circle-pause',
    state: 'paused',
    words: html`<b>Backups of ${name} are paused${until}.</b> ${off.of === 'plan' ? 'The whole plan is: ' : ''}<i>${off.reason}</i>${by} What is backed up stays, and can be restored.`,
    ...(path === undefined ? {} : { action: html`<a class="button small" href="${path}">Take backups again</a>` }),
  })
}
