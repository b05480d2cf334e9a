/** The versions of a repository at one moment. */
import { parseDeviceId, parseSnapshotId, snapshotFileName } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'

const versionsMax = 2_000_000

/** The names of all live versions' files. In one statement: a version and the one that replaces it are never both left out. */
export async function listVersionFiles(db: Queryable, repositoryId: RepositoryId): Promise<ReadonlySet<string>> {
  const rows = await db
    .selectFrom('snapshots')
    .select(['snapshot_id', 'device_id', 'seq'])
    .where('repository_id', '=', repositoryId)
    .orderBy('device_id')
    .orderBy('seq')
    .limit(versionsMax + 1)
    .execute()
  if (rows.length > versionsMax) throw new RangeError(`a repository with more than ${versionsMax} versions`)
  return new Set(rows.map(fileName))
}

/** The names of the marks that rows repeat. */
export async function listMarksInRows(db: Queryable, repositoryId: RepositoryId): Promise<ReadonlySet<string>> {
  const names = new Set<string>()
  const tables = [
    ['version_pins', '.pin'],
    ['version_bin', '.bin'],
    ['version_notes', '.note'],
  ] as const
  for (const [table, suffix] of tables) {
    const rows = await db
      .selectFrom(table)
      .innerJoin('snapshots', 'snapshots.id', `${table}.snapshot`)
      .select(['snapshots.snapshot_id', 'snapshots.device_id', 'snapshots.seq'])
      .where('snapshots.repository_id', '=', repositoryId)
      .execute()
    for (const row of rows) names.add(fileName(row) + suffix)
  }
  return names
}

function fileName(row: { readonly snapshot_id: Buffer; readonly device_id: string; readonly seq: number }): string {
  const id = parseSnapshotId(row.snapshot_id.toString('hex'))
  return snapshotFileName({ device: parseDeviceId(row.device_id), seq: row.seq, id })
}
