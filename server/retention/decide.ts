/** The decisions about one computer's versions, as of now. */
import { planRetention } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import type { Retention } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'
import { listDeviceVersions } from './device-versions-table.ts'
import type { DeviceVersion, VersionDecision } from './retention.ts'

export async function decideDevice(
  db: Queryable,
  question: { readonly deviceId: Id<'dev'>; readonly rules: Retention; readonly timeZone: string; readonly nowMs: number },
): Promise<readonly VersionDecision[]> {
  return decideVersions(await listDeviceVersions(db, question.deviceId), question)
}

/**
 * What an owner deleted stands for nothing any more: neither for its day, nor as the newest good one. What rules let go is asked
 * about again as if it had never left: as the rules decide the same whenever they are asked, it stays in the bin.
 */
export function decideVersions(
  versions: readonly DeviceVersion[],
  context: { readonly rules: Retention; readonly timeZone: string; readonly nowMs: number },
): readonly VersionDecision[] {
  const isDeleted = ({ bin, isPinned }: DeviceVersion) => bin?.cause === 'person' && !isPinned
  const decided = planRetention(
    versions.filter((version) => !isDeleted(version)),
    context,
  )
  const deleted = versions
    .filter(isDeleted)
    .map((version): VersionDecision => ({ version, kind: 'forget', reason: { kind: 'no-rule' } }))
  return [...decided, ...deleted]
}
