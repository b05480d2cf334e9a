/** Terms as columns: plans and subscriptions hold the same ones. */
import { type PlanTerms, planFeatures, retentionSchema, sortedFeatures } from './plan.ts'

export interface TermsColumns {
  readonly quota_bytes: number
  readonly devices_max: number
  readonly retention: string
  readonly min_interval_minutes: number
  /** Separated by commas. */
  readonly features: string
  readonly grace_days: number
  readonly price_text: string
}

export function columnsOfTerms(terms: PlanTerms): TermsColumns {
  return {
    quota_bytes: terms.quotaBytes,
    devices_max: terms.devicesMax,
    retention: JSON.stringify(terms.retention),
    min_interval_minutes: terms.minIntervalMinutes,
    features: sortedFeatures(terms.features).join(','),
    grace_days: terms.graceDays,
    price_text: terms.priceText,
  }
}

export function termsOfColumns(row: TermsColumns): PlanTerms {
  const named = row.features.split(',')
  return {
    quotaBytes: row.quota_bytes,
    devicesMax: row.devices_max,
    retention: retentionSchema.parse(JSON.parse(row.retention)),
    minIntervalMinutes: row.min_interval_minutes,
    features: planFeatures.filter((feature) => named.includes(feature)),
    graceDays: row.grace_days,
    priceText: row.price_text,
  }
}
