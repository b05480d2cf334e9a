/** How much plans and computers keep, day by day. */
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { UsageDay } from '../storage-volumes/disk-forecast.ts'
import { forgetUsageBefore, listSubscriptionDays, saveUsageDay } from './usage-days-table.ts'

export interface UsageService {
  /** Today's reading of all; the last one of a day counts. */
  readonly read: () => Promise<{ readonly subscriptions: number; readonly devices: number }>
  /** The last `days` days of a plan, as far as they are known. */
  readonly listDays: (subscriptionId: Id<'sub'>, days: number) => Promise<readonly UsageDay[]>
}

const dayMs = 24 * 60 * 60 * 1000
const daysKept = 400

export function createUsageService({ database, clock }: { readonly database: Database; readonly clock: Clock }): UsageService {
  const { kysely } = database
  const today = () => Math.floor(clock.now() / dayMs)
  return {
    read: async () => {
      await forgetUsageBefore(kysely, today() - daysKept)
      return saveUsageDay(kysely, today())
    },
    listDays: (subscriptionId, days) => listSubscriptionDays(kysely, { subscriptionId, fromDay: today() - days + 1 }),
  }
}
