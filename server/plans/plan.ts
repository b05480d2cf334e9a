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

/** What is sold: space, computers, how long versions are kept. A subscription is a customer's copy of these terms. */
export interface Plan {
  readonly planId: Id<'pln'>
  readonly name: string
  /** Order in lists, smallest plan first. */
  readonly position: number
  readonly quotaBytes: number
  readonly devicesMax: number
  readonly retention: Retention
  /** How long a subscription lasts; undefined: until it is ended. */
  readonly validityDays: number | undefined
  readonly graceDays: number
}

/** What the first customer of a box gets. */
export const firstPlanName = 'Gold'
