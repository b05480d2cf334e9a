import { html } from 'hono/html'
import { countOf } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import { dateText, whenInSentence } from '../format/when.ts'
import type { Html } from '../html.ts'
import type { Reader } from '../reader.ts'
import { type Fact, facts } from './facts.ts'
import { notice } from './notice.ts'

/** What must be said about a licence; server/subscriptions/subscription.ts decides. */
export type WarningProps =
  | { readonly kind: 'ending'; readonly daysLeft: number; readonly endsAt: number }
  | { readonly kind: 'grace'; readonly endedAt: number; readonly backupsUntil: number }
  | { readonly kind: 'expired'; readonly expiredAt: number }

export type QuotaKindProps = 'roomy' | 'nearly-full' | 'almost-full' | 'full'

/** The three numbers of a plan's space. */
export type SpaceProps = {
  readonly usedBytes: number
  /** What all versions would take if nothing were stored once for many. */
  readonly beforeDeduplicationBytes: number
  /** What nothing else needs; undefined: not counted yet. */
  readonly freedByDeletingBytes: number | undefined
  /** Of the numbers that a mark or a nightly count made. */
  readonly countedAtMs: number | undefined
}

export function licenceNotice(reader: Reader, warning: WarningProps, planName: string): Html {
  switch (warning.kind) {
    case 'ending':
      return notice({
        icon: 'triangle-alert',
        state: 'partial',
        words: html`<b>${endingWords(reader, warning, planName)}</b> Ask whoever looks after your account to renew it. Nothing is removed when it ends.`,
      })
    case 'grace':
      return notice({
        icon: 'triangle-alert',
        state: 'partial',
        words: html`<b>${planName} ended on ${dateText(reader, warning.endedAt - 1)}.</b> Backups are still taken through ${dateText(reader, warning.backupsUntil - 1)}. Ask whoever looks after your account to renew it.`,
      })
    case 'expired':
      return notice({
        icon: 'octagon-x',
        state: 'failed',
        words: html`<b>${planName} ended on ${dateText(reader, warning.expiredAt - 1)}, and no backups are taken.</b> What is backed up stays, and can be restored. Ask whoever looks after your account to renew it.`,
      })
    default:
      return warning satisfies never
  }
}

function endingWords(reader: Reader, { daysLeft, endsAt }: Extract<WarningProps, { kind: 'ending' }>, planName: string): string {
  if (daysLeft === 0) return `Today is the last day of ${planName}.`
  return `${planName} ends in ${countOf(reader, daysLeft, 'day')}, with ${dateText(reader, endsAt - 1)}.`
}

export function quotaNotice(reader: Reader, kind: QuotaKindProps, roomBytes: number): Html | string {
  switch (kind) {
    case 'roomy':
      return ''
    case 'nearly-full':
    case 'almost-full':
      return notice({
        icon: 'triangle-alert',
        state: 'partial',
        words: html`<b>${kind === 'nearly-full' ? 'The plan is nearly full' : 'The plan is almost full'}: room for ${sizeText(reader, roomBytes)} more.</b> When it is full, new backups are refused. What is backed up stays.`,
      })
    case 'full':
      return notice({
        icon: 'octagon-x',
        state: 'failed',
        words: html`<b>The plan is full: backups that bring something new are refused.</b> What is backed up stays. Take a larger plan, or leave out folders that need no backup.`,
      })
    default:
      return kind satisfies never
  }
}

export function spaceFacts(reader: Reader, space: SpaceProps): Html {
  const { countedAtMs } = space
  const rows: readonly Fact[] = [
    { label: 'Used', value: sizeText(reader, space.usedBytes) },
    { label: 'Before deduplication', value: sizeText(reader, space.beforeDeduplicationBytes) },
    {
      label: 'Deleting it would free',
      value: space.freedByDeletingBytes === undefined ? 'Counted tonight' : sizeText(reader, space.freedByDeletingBytes),
    },
  ]
  return html`${facts(rows)}
          <p class="hint">${
            countedAtMs === undefined
              ? 'Used counts what was sent so far. From the first night on it is what the versions need.'
              : `As counted ${whenInSentence(reader, countedAtMs)}; what came since is added whole.`
          } What several versions or computers share is stored once.</p>`
}

/** `14 March 2027`, the last day; midnights are those of the zone the licence was sold in. */
export function lastDayText(reader: Reader, validUntilMs: number | undefined, timeZone: string): string {
  return validUntilMs === undefined ? 'Without end' : dateText({ ...reader, timeZone }, validUntilMs - 1)
}
