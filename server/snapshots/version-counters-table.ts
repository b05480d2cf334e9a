import { sql } from 'kysely'
import type { Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { restate } from '../standings/standings-table.ts'

/** What counts as a version in lists: no checkpoint, nothing in the bin. */
const counted = sql`is_checkpoint = 0 AND NOT EXISTS (SELECT 1 FROM version_bin WHERE version_bin.snapshot = snapshots.id)`
const good = sql`verdict <> 'failed'`

/**
 * What the lists of a device and its jobs show without counting, counted anew: in the transaction that takes versions out of the
 * lists or brings them back. A commit only adds, and needs none of this.
 */
export async function recountVersions(tx: Transaction, deviceId: Id<'dev'>): Promise<void> {
  const { rows } = await sql<{ readonly count: number; readonly first_at: number | null }>`
    SELECT COUNT(*) AS count, MIN(received_at) AS first_at FROM snapshots WHERE device_id = ${deviceId} AND ${counted}`.execute(
    tx,
  )
  const ofDevice = sql`FROM snapshots WHERE device_id = ${deviceId} AND ${counted}`
  await sql`UPDATE devices SET
    versions_count = ${rows[0]?.count ?? 0},
    first_version_at = ${rows[0]?.first_at ?? null},
    newest_version = (SELECT id ${ofDevice} ORDER BY seq DESC LIMIT 1),
    last_good_version = (SELECT id ${ofDevice} AND ${good} ORDER BY seq DESC LIMIT 1)
    WHERE id = ${deviceId}`.execute(tx)
  const ofJob = sql`FROM snapshots WHERE job_id = jobs.id AND ${counted}`
  await sql`UPDATE jobs SET
    newest_version = (SELECT id ${ofJob} ORDER BY seq DESC LIMIT 1),
    last_good_version = (SELECT id ${ofJob} AND ${good} ORDER BY seq DESC LIMIT 1)
    WHERE device_id = ${deviceId}`.execute(tx)
  await restate(tx, { deviceId })
}
