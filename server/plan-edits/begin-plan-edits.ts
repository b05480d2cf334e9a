import { ChoreError } from '../chores/chore.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import { planEditsChoreName } from './plan-edits-chore.ts'

/** At once where it can; while it runs, or waits, the next minute sees what is pending. */
export async function beginPlanEdits(chores: Pick<ChoresService, 'runNow'>): Promise<void> {
  try {
    await chores.runNow(planEditsChoreName)
  } catch (error) {
    if (!(error instanceof ChoreError)) throw error
  }
}
