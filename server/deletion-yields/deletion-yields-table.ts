import { parseSnapshotId, type SnapshotId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import type { CountedYield, YieldOf } from './deletion-yield.ts'

export interface DeletionYieldRow {
  readonly object_id: YieldOf
  readonly repository_id: RepositoryId
  readonly freed_bytes: number
  readonly sent_bytes: number
  readonly counted_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly deletion_yields: DeletionYieldRow
  }
}

export async function listYields(db: Queryable, objectIds: readonly YieldOf[]): Promise<ReadonlyMap<YieldOf, CountedYield>> {
  if (objectIds.length === 0) return new Map()
  const rows = await db.selectFrom('deletion_yields').selectAll().where('object_id', 'in', objectIds).execute()
  return new Map(
    rows.map((row) => [
      row.object_id,
      { objectId: row.object_id, freedBytes: row.freed_bytes, sentBytes: row.sent_bytes, countedAt: row.counted_at },
    ]),
  )
}

/** All of a repository at once: what is not among them any more goes. */
export async function replaceYields(tx: Transaction, repositoryId: RepositoryId, yields: readonly CountedYield[]): Promise<void> {
  await tx.deleteFrom('deletion_yields').where('repository_id', '=', repositoryId).execute()
  if (yields.length === 0) return
  await tx
    .insertInto('deletion_yields')
    .values(
      yields.map((one) => ({
        object_id: one.objectId,
        repository_id: repositoryId,
        freed_bytes: one.freedBytes,
        sent_bytes: one.sentBytes,
        counted_at: one.countedAt,
      })),
    )
    .execute()
}

export interface OwnedVersion {
  readonly snapshotId: SnapshotId
  readonly deviceId: Id<'dev'>
  readonly subscriptionId: Id<'sub'>
}

const versionsPerPage = 5000

/** Whose each version of a repository is, in the bin too. */
export async function listOwnedVersions(db: Queryable, repositoryId: RepositoryId): Promise<readonly OwnedVersion[]> {
  const found: OwnedVersion[] = []
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('snapshots')
      .innerJoin('devices', 'devices.id', 'snapshots.device_id')
      .select(['snapshots.id', 'snapshots.snapshot_id', 'snapshots.device_id', 'devices.subscription_id'])
      .where('snapshots.repository_id', '=', repositoryId)
      .where('snapshots.id', '>', after as Id<'snap'>)
      .orderBy('snapshots.id')
      .limit(versionsPerPage)
      .execute()
    for (const row of rows)
      found.push({
        snapshotId: parseSnapshotId(row.snapshot_id.toString('hex')),
        deviceId: row.device_id,
        subscriptionId: row.subscription_id,
      })
    const last = rows.at(-1)
    if (last === undefined) return found
    after = last.id
  }
}
