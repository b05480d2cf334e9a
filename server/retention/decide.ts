/** The decisions about one computer's versions, as of now. */
import { planRetention } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { type Retention, retentionSchema } from '../plans/plan.ts'
import type { Id } from '../runtime/ids.ts'
import { listDeviceVersions } from './device-versions-table.ts'
import type { DeviceRules, DeviceVersion, VersionDecision } from './retention.ts'

export async function decideDevice(
  db: Queryable,
  question: {
    readonly deviceId: Id<'dev'>
    readonly rules: Retention
    /** Rules whose word counts too, until a change can no longer be undone. */
    readonly held?: DeviceRules['held']
    readonly timeZone: string
    readonly nowMs: number
  },
): Promise<readonly VersionDecision[]> {
  const versions = await listDeviceVersions(db, question.deviceId)
  const decided = decideVersions(versions, question)
  return distinctRules(question).reduce(
    (kept, rules) => keptByEither(kept, decideVersions(versions, { ...question, rules })),
    decided,
  )
}

/** Those that say something else than the rules that hold. */
function distinctRules({ rules, held = [] }: { readonly rules: Retention; readonly held?: DeviceRules['held'] }) {
  const said = new Map(held.map((one) => [JSON.stringify(retentionSchema.parse(one.rules)), one.rules]))
  said.delete(JSON.stringify(retentionSchema.parse(rules)))
  return [...said.values()]
}

/** Both decide about the same versions. */
function keptByEither(one: readonly VersionDecision[], other: readonly VersionDecision[]): readonly VersionDecision[] {
  const kept = new Map(other.filter(({ kind }) => kind === 'keep').map((decision) => [decision.version.id, decision]))
  return one.map((decision) => (decision.kind === 'keep' ? decision : (kept.get(decision.version.id) ?? decision)))
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
