/** Rows of versions, runs and devices as files tell them, and the sums that lists show without counting. */
import { sql } from 'kysely'
import type { SnapshotId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import { type NewSnapshot, snapshotColumns } from '../snapshots/snapshots-table.ts'

/**
 * A version that has its row keeps when it came, its run and its place in the catalogue: files do not tell them better. One of a seq
 * that another version has is left out (the answer says which went in).
 */
export async function saveVersions(tx: Transaction, versions: readonly NewSnapshot[]): Promise<void> {
  if (versions.length === 0) return
  const given = (column: string) => sql<never>`VALUES(${sql.ref(column)})`
  const rows = versions.map(snapshotColumns)
  const kept = ['id', 'snapshot_id', 'run_id', 'received_at', 'catalogue_version', 'closure_epoch']
  const changed = Object.keys(rows[0]!).filter((column) => !kept.includes(column))
  const update = Object.fromEntries(changed.map((column) => [column, given(column)]))
  await tx.insertInto('snapshots').values(rows).onDuplicateKeyUpdate(update).execute()
}

/** The run that made a version: nothing more of it is known. One that is there stays. */
export async function saveRuns(
  tx: Transaction,
  versions: readonly (NewSnapshot & { readonly runId: Id<'run'> })[],
): Promise<void> {
  if (versions.length === 0) return
  const rows = versions.map((version) => ({
    id: version.runId,
    customer_id: version.customerId,
    device_id: version.deviceId,
    job_id: version.jobId,
    verdict: version.verdict,
    snapshot: version.id,
    code: null,
    detail: null,
    started_at: version.startedAt,
    ended_at: version.receivedAt,
    files: version.counts.files,
    source_bytes: version.counts.bytes,
    added_bytes: version.counts.addedBytes,
    added_stored_bytes: version.counts.addedStoredBytes,
    skipped: version.counts.skipped,
  }))
  await tx.insertInto('runs').values(rows).onDuplicateKeyUpdate({ id: sql`runs.id` }).execute()
}

export interface FoundDevice {
  readonly deviceId: Id<'dev'>
  readonly number: number
  readonly customerId: Id<'cus'>
  readonly repositoryId: RepositoryId
  readonly subscriptionId: Id<'sub'>
  readonly name: string
  /** Of a token that nobody was told. */
  readonly tokenHash: Uint8Array
  readonly agentVersion: string
  readonly connectedAt: number
  readonly lastSeenAt: number
}

/** A computer that cannot sign in: `connect --replace` gives it to whoever takes it over. */
export async function insertFoundDevice(tx: Transaction, device: FoundDevice): Promise<void> {
  const noPrint = '0'.repeat(64)
  await tx
    .insertInto('devices')
    .values({
      id: device.deviceId,
      number: device.number,
      customer_id: device.customerId,
      repository_id: device.repositoryId,
      subscription_id: device.subscriptionId,
      name: device.name,
      state: 'revoked',
      token_hash: Buffer.from(device.tokenHash),
      fingerprint: JSON.stringify({ print: noPrint }),
      fingerprint_print: noPrint,
      instance_newest: '',
      instance_previous: null,
      is_newest_instance_shown: 0,
      takes_any_instance: 1,
      agent_version: device.agentVersion,
      address: '',
      connected_at: device.connectedAt,
      connected_by: null,
      last_seen_at: device.lastSeenAt,
    })
    .execute()
}

/** At least what its versions say that they added; the next mark of the collector counts exactly. */
export async function raiseStoredBytes(tx: Transaction, deviceId: Id<'dev'>): Promise<void> {
  await sql`UPDATE devices SET stored_bytes = GREATEST(stored_bytes, COALESCE(
      (SELECT SUM(added_stored_bytes) FROM snapshots WHERE snapshots.device_id = devices.id), 0))
    WHERE id = ${deviceId}`.execute(tx)
}

export interface KnownVersion {
  readonly id: Id<'snap'>
  readonly snapshotId: SnapshotId
  readonly seq: number
  readonly jobId: JobId
}

export async function listKnownVersions(db: Queryable, deviceId: Id<'dev'>): Promise<readonly KnownVersion[]> {
  const rows = await db
    .selectFrom('snapshots')
    .select(['id', 'snapshot_id', 'seq', 'job_id'])
    .where('device_id', '=', deviceId)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    snapshotId: row.snapshot_id.toString('hex') as SnapshotId,
    seq: row.seq,
    jobId: row.job_id,
  }))
}
