import { html } from 'hono/html'
import { whenInSentence } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { notice } from './notice.ts'

/** What was decided about the account as a whole. */
export type AccountStandingProps =
  | { readonly kind: 'active' }
  | { readonly kind: 'suspended'; readonly reason: string }
  | { readonly kind: 'leaving'; readonly endsAtMs: number }

/** Stays until it is decided otherwise: nothing is backed up, and until when what is there can be had. */
export function accountStanding(reader: Reader, standing: AccountStandingProps, action?: Html): Html | string {
  if (standing.kind === 'active') return ''
  const more = action === undefined ? {} : { action }
  if (standing.kind === 'suspended')
    return notice({
      ...more,
      icon: 'triangle-alert',
      state: 'partial',
      words: html`<b>This account is suspended: no backups are taken.</b> The reason is: <bdi>${standing.reason}</bdi>. Everything that was backed up can be restored.`,
    })
  return notice({
    ...more,
    icon: 'trash-2',
    state: 'failed',
    words: html`<b>This account was deleted and ends ${whenInSentence(reader, standing.endsAtMs)}.</b> Until then everything can be restored, and the account can be kept. Then its keys are destroyed, and nobody can bring its backups back.`,
  })
}
