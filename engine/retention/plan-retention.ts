/**
 * Which versions stay and which may go, and why: a decision for each version that is given, in the order in which they are given.
 * Pure, and the same whether it is asked once a year or every day: a version that a rule will need later is never let go before
 * (the newest of a unit of time stays its newest). It decides about whole versions of one keeper; what their going frees, and when
 * their bytes go, is not its business.
 */
import { addRules, orderMs, type RuleContext } from './counting-rules.ts'
import type { Decision, ForgetReason, KeepReason, RetainedVersion } from './decision.ts'
import { addFloors } from './floors.ts'

export type RetentionContext = RuleContext

export function planRetention<Version extends RetainedVersion>(
  versions: readonly Version[],
  context: RetentionContext,
): readonly Decision<Version>[] {
  const reasons = new Map<Version, KeepReason[]>(versions.map((version) => [version, []]))
  const add = (version: Version, reason: KeepReason) => reasons.get(version)?.push(reason)
  for (const ofJob of jobsOf(versions)) {
    addFloors(ofJob, context.nowMs, add)
    const good = ofJob.filter(({ isGood }) => isGood)
    addRules(good, context, add)
  }
  return versions.map((version) => {
    const [first, ...more] = reasons.get(version) ?? []
    if (first !== undefined) return { version, kind: 'keep', reasons: [first, ...more] }
    return { version, kind: 'forget', reason: forgetReason(version) }
  })
}

function forgetReason(version: RetainedVersion): ForgetReason {
  if (version.isCheckpoint) return { kind: 'overtaken-checkpoint' }
  return version.isGood ? { kind: 'no-rule' } : { kind: 'not-good' }
}

/** Each device's jobs apart, the oldest version first. */
function jobsOf<Version extends RetainedVersion>(versions: readonly Version[]): readonly (readonly Version[])[] {
  const jobs = Map.groupBy(versions, ({ device, job }) => JSON.stringify([device, job]))
  return [...jobs.values()].map((ofJob) => ofJob.toSorted((a, b) => orderMs(a) - orderMs(b) || a.seq - b.seq))
}
