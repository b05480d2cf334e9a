/** Which backup plans of a computer a drill looks at: all of them, or of many some by chance. Pure. */
import type { Id } from '../runtime/ids.ts'
import { randomNumbers } from './pick-files.ts'

export interface DrillPlan {
  /** Its newest good version. */
  readonly version: Id<'snap'>
  readonly job: string
}

export const maxPlansOfDrill = 16

/** Those in which an earlier drill found damage before all others; of the rest each is as likely as any other. In the order given. */
export function pickPlans(
  plans: readonly DrillPlan[],
  { damagedJobs, seed }: { readonly damagedJobs: ReadonlySet<string>; readonly seed: number },
): readonly DrillPlan[] {
  if (plans.length <= maxPlansOfDrill) return plans
  const draw = randomNumbers(seed)
  const chances = new Map(plans.map((plan) => [plan, damagedJobs.has(plan.job) ? -1 : draw()]))
  const chosen = new Set(plans.toSorted((one, other) => chances.get(one)! - chances.get(other)!).slice(0, maxPlansOfDrill))
  return plans.filter((plan) => chosen.has(plan))
}
