/** What is sold: space, computers, how long versions are kept, how often is backed up. A subscription is a customer's copy of these terms. */
import { z } from 'zod'
import { type RetentionRules, ruleCountMax, ruleDaysMax } from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'

const count = z.int().min(0).max(ruleCountMax)

/**
 * How many versions of a job are kept: the engine's rules. Plans that were written down before `keepLast` and `allWithinDays` came are
 * read as asking for neither. The rules that never go below are the engine's too.
 */
export const retentionSchema = z
  .strictObject({
    keepLast: count.default(0),
    hourly: count,
    daily: count,
    weekly: count,
    monthly: count,
    yearly: count,
    allWithinDays: z.int().min(0).max(ruleDaysMax).default(0),
  })
  .readonly()
export type Retention = RetentionRules

/** What a plan may hold besides space. All but sharing are written down today and take effect once the box has them. */
export const planFeatures = ['sharing', 'continuous', 'ftp', 'integrations'] as const
export type PlanFeature = (typeof planFeatures)[number]

export const termsLimits = {
  quotaBytes: { min: 1, max: 1024 ** 5 },
  devicesMax: { min: 1, max: 10_000 },
  minIntervalMinutes: { min: 0, max: 31 * 24 * 60 },
  graceDays: { min: 0, max: 365 },
  validityDays: { min: 1, max: 36_500 },
  nameCharacters: 100,
  priceCharacters: 100,
} as const

const between = ({ min, max }: { readonly min: number; readonly max: number }) => z.int().min(min).max(max)

/** What a subscription copies. */
export const planTermsSchema = z
  .strictObject({
    quotaBytes: between(termsLimits.quotaBytes),
    devicesMax: between(termsLimits.devicesMax),
    retention: retentionSchema,
    /** Backups that a schedule starts come no sooner after one another; 0: whenever they like. */
    minIntervalMinutes: between(termsLimits.minIntervalMinutes).default(0),
    features: z.array(z.enum(planFeatures)).max(planFeatures.length).readonly().default(['sharing']),
    /** Backups are still taken for so many days of the calendar after the end. */
    graceDays: between(termsLimits.graceDays),
    /** As it is shown: amount, currency, how often. Nothing is reckoned with it. */
    priceText: z.string().max(termsLimits.priceCharacters).default(''),
  })
  .readonly()
export type PlanTerms = z.output<typeof planTermsSchema>

export interface Plan extends PlanTerms {
  readonly planId: Id<'pln'>
  readonly name: string
  /** Order in lists, smallest plan first. */
  readonly position: number
  /** How long a subscription lasts; undefined: until it is ended. */
  readonly validityDays: number | undefined
  /** Since when it is not sold any more. Whoever has it keeps it. */
  readonly retiredAt: number | undefined
  /** Rises with each change: an edit of something older is refused. */
  readonly revision: number
}

/** What the first customer of a box gets. */
export const firstPlanName = 'Gold'

export function termsOf(terms: PlanTerms): PlanTerms {
  const { quotaBytes, devicesMax, retention, minIntervalMinutes, features, graceDays, priceText } = terms
  return { quotaBytes, devicesMax, retention, minIntervalMinutes, features, graceDays, priceText }
}

/** In the catalogue's order, each once. */
export function sortedFeatures(features: readonly PlanFeature[]): readonly PlanFeature[] {
  return planFeatures.filter((feature) => features.includes(feature))
}
