import { countOf } from '../format/count.ts'
import type { Reader } from '../reader.ts'

/** Why a version stays: the engine's reasons, as far as they are said. */
export type KeepReasonProps =
  | { readonly kind: 'pinned' }
  | { readonly kind: 'shared'; readonly untilMs: number }
  | { readonly kind: 'in-use' }
  | { readonly kind: 'newest-good' }
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'last-day'; readonly untilMs: number }
  | { readonly kind: 'hour-of-week'; readonly untilMs: number }
  | { readonly kind: 'last'; readonly count: number }
  | { readonly kind: 'within'; readonly days: number; readonly untilMs: number }
  | { readonly kind: 'newest-of'; readonly unit: RuleUnit; readonly count: number; readonly untilMs: number }

export const ruleUnits = ['hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const
export type RuleUnit = (typeof ruleUnits)[number]

const unitWords = {
  hourly: ['one an hour', 'hour'],
  daily: ['one a day', 'day'],
  weekly: ['one a week', 'week'],
  monthly: ['one a month', 'month'],
  yearly: ['one a year', 'year'],
} as const

/** `One a month for 24 months, one a week for 52 weeks`: what keeps a version, the longest last. */
export function reasonsText(reader: Reader, reasons: readonly KeepReasonProps[]): string {
  const words = reasons.map((reason) => reasonWords(reader, reason)).join(', ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function reasonWords(reader: Reader, reason: KeepReasonProps): string {
  switch (reason.kind) {
    case 'pinned':
      return 'pinned'
    case 'shared':
      return 'a link leads to it'
    case 'in-use':
      return 'a backup or a restore needs it'
    case 'newest-good':
      return 'the newest good one'
    case 'unfinished':
      return 'nothing newer is finished'
    case 'last-day':
      return 'younger than a day'
    case 'hour-of-week':
      return 'one an hour for 7\u00a0days'
    case 'last':
      return `one of the newest ${countOf(reader, reason.count, 'version')}`
    case 'within':
      return `all of ${countOf(reader, reason.days, 'day')}`
    case 'newest-of': {
      const [every, unit] = unitWords[reason.unit]
      return `${every} for ${countOf(reader, reason.count, unit)}`
    }
    default:
      return reason satisfies never
  }
}
