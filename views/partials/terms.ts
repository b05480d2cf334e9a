/** A plan's terms in words: the same rows wherever a plan is shown or two are compared. */
import { countText } from '../format/count.ts'
import { sizeText } from '../format/size.ts'
import type { Reader } from '../reader.ts'

export const featureNames = {
  sharing: 'Sharing',
  continuous: 'Continuous backup',
  ftp: 'Scanners and FTP',
  integrations: 'Other programs',
} as const
export type FeatureName = keyof typeof featureNames

/** Sold today, and there once the box has them. */
export const comingFeatures: readonly FeatureName[] = ['continuous', 'ftp', 'integrations']

export type TermsProps = {
  readonly name: string
  readonly quotaBytes: number
  readonly devicesMax: number
  readonly retention: RetentionProps
  readonly minIntervalMinutes: number
  readonly features: readonly FeatureName[]
  readonly graceDays: number
  readonly priceText: string
}

export type RetentionProps = {
  readonly keepLast: number
  readonly hourly: number
  readonly daily: number
  readonly weekly: number
  readonly monthly: number
  readonly yearly: number
  readonly allWithinDays: number
}

export type TermsRow = {
  readonly label: string
  readonly words: string
  /** Orders two of them: less is worse for whoever has the plan. Undefined: neither is. */
  readonly rank: number | undefined
}

const rules = [
  { label: 'Every version of the last', key: 'allWithinDays', unit: 'day' },
  { label: 'The newest', key: 'keepLast', unit: 'version' },
  { label: 'One an hour', key: 'hourly', unit: 'hour' },
  { label: 'One a day', key: 'daily', unit: 'day' },
  { label: 'One a week', key: 'weekly', unit: 'week' },
  { label: 'One a month', key: 'monthly', unit: 'month' },
  { label: 'One a year', key: 'yearly', unit: 'year' },
] as const

/** Rows in a fixed order. Rules that `shown` does not name either are left out. */
export function termsRows(reader: Reader, terms: TermsProps, shown: readonly TermsProps[] = [terms]): readonly TermsRow[] {
  const used = rules.filter(({ key }) => shown.some(({ retention }) => retention[key] > 0))
  return [
    { label: 'Space', words: sizeText(reader, terms.quotaBytes), rank: terms.quotaBytes },
    { label: 'Computers', words: countText(reader, terms.devicesMax), rank: terms.devicesMax },
    ...used.map(({ label, key, unit }) => {
      const count = terms.retention[key]
      return {
        label,
        words: count === 0 ? 'No' : `${countText(reader, count)}\u00a0${unit}${count === 1 ? '' : 's'}`,
        rank: count,
      }
    }),
    { label: 'Shortest interval', words: intervalWords(terms.minIntervalMinutes), rank: -terms.minIntervalMinutes },
    ...Object.entries(featureNames)
      .filter(([name]) => shown.some(({ features }) => features.includes(name as FeatureName)))
      .map(([name, label]) => {
        const isIn = terms.features.includes(name as FeatureName)
        return { label, words: isIn ? 'Yes' : 'No', rank: isIn ? 1 : 0 }
      }),
    { label: 'Days of grace', words: countText(reader, terms.graceDays), rank: terms.graceDays },
    { label: 'Price', words: terms.priceText === '' ? 'Not set' : terms.priceText, rank: undefined },
  ]
}

export function intervalWords(minutes: number): string {
  if (minutes === 0) return 'None'
  if (minutes === 24 * 60) return 'Once a day'
  if (minutes % (24 * 60) === 0) return `${minutes / (24 * 60)}\u00a0days`
  if (minutes % 60 === 0) return minutes === 60 ? '1\u00a0hour' : `${minutes / 60}\u00a0hours`
  return `${minutes}\u00a0minutes`
}
