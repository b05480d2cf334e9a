import { z } from 'zod'
import type { Id } from '../runtime/ids.ts'

/** How many versions of a job are kept per unit of time, newest of each unit; the rules that never go below are the collector's. */
export const retentionSchema = z
  .strictObject({
    hourly: z.int().min(0),
    daily: z.int().min(0),
    weekly: z.int().min(0),
    monthly: z.int().min(0),
    yearly: z.int().min(0),
  })
  .readonly()
export type Retention = z.infer<typeof retentionSchema>

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
