/** What a computer gets to restore by: entries of the version, never its root. What was not selected cannot be reached from them. */
import { encodeSelectedItem, type PlaintextSource, selectFrom } from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { pathBytes, type VersionPath } from '../snapshots/version-path.ts'
import type { RestoreWish } from './restore-order.ts'

export interface RestoreTask extends RestoreWish {
  readonly restoreId: Id<'rst'>
  readonly snapshot: Id<'snap'>
  readonly job: string
  readonly versionAt: number
  /** Encoded by the engine, one for each path that the version has. */
  readonly items: readonly Buffer[]
  /** Selected, and nothing of the version has this path. */
  readonly absent: readonly Buffer[]
  /** Selected, and damaged: whether the version has these paths is unknown. A revert must not begin. */
  readonly lost: readonly Buffer[]
}

/** @throws whatever reading the version throws, but for damage: then the computer asks again */
export async function restoreTask(
  { source, version }: { readonly source: PlaintextSource; readonly version: Snapshot },
  of: RestoreWish & Pick<RestoreTask, 'restoreId'> & { readonly paths: readonly VersionPath[] },
): Promise<RestoreTask> {
  const { items, absent, lost } = await selectFrom(source, version.root, of.paths.map(pathBytes))
  const { mode, place, rule, restoreId } = of
  const { id: snapshot, job, receivedAt: versionAt } = version
  return { restoreId, mode, place, rule, snapshot, job, versionAt, items: items.map(encodeSelectedItem), absent, lost }
}
