/** What of the whole box needs somebody, beside computers: plans that are full or end. */
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type EndingPlan, listEndingPlans, listTightPlans, type TightPlan } from './overview-table.ts'

export interface OverviewService {
  readonly listTight: () => Promise<readonly TightPlan[]>
  readonly listEnding: () => Promise<readonly EndingPlan[]>
}

const tightShare = 0.8
const shown = 10
const dayMs = 24 * 60 * 60 * 1000
/** Ended ones are shown as long as somebody may have forgotten them. */
const endedShownMs = 30 * dayMs
const endsWithinMs = 30 * dayMs

export function createOverviewService({
  database,
  clock,
}: {
  readonly database: Database
  readonly clock: Clock
}): OverviewService {
  const { kysely } = database
  return {
    listTight: () => listTightPlans(kysely, { share: tightShare, limit: shown }),
    listEnding: () => listEndingPlans(kysely, { from: clock.now() - endedShownMs, to: clock.now() + endsWithinMs, limit: shown }),
  }
}
