/** From decisions to what is done about them today. Pure. */
import { type DeviceVersion, hasWaited, type VersionDecision } from './retention.ts'

export type RetentionStep =
  | { readonly kind: 'to-bin'; readonly version: DeviceVersion }
  /** The rules want it again: they were widened, or a newer one is gone. */
  | { readonly kind: 'take-back'; readonly version: DeviceVersion }
  /** Out of the bin after its time; checkpoints, which are no backups, at once. */
  | { readonly kind: 'forget'; readonly version: DeviceVersion }

export function planSteps(
  decisions: readonly VersionDecision[],
  now: { readonly ms: number; readonly observedMs: number },
): readonly RetentionStep[] {
  return decisions.flatMap((decision): readonly RetentionStep[] => {
    const { version } = decision
    const { bin } = version
    if (bin === undefined) {
      if (decision.kind === 'keep') return []
      return [{ kind: version.isCheckpoint ? 'forget' : 'to-bin', version }]
    }
    if (isWanted(decision)) return [{ kind: 'take-back', version }]
    return hasWaited(bin, now) && !version.isInUse ? [{ kind: 'forget', version }] : []
  })
}

/** Being in use holds a version where it is. What an owner deleted comes back by its owner only, or by its pin. */
function isWanted(decision: VersionDecision): boolean {
  if (decision.kind === 'forget') return false
  if (decision.version.bin?.cause === 'person') return decision.version.isPinned
  return decision.reasons.some(({ kind }) => kind !== 'in-use')
}
