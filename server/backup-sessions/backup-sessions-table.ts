import { sql } from 'kysely'
import { type ChainHead, parseSnapshotId, type SnapshotId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import type { BackupSession, SessionState } from './backup-session.ts'

export interface BackupSessionRow {
  readonly id: Id<'bks'>
  readonly repository_id: RepositoryId
  readonly seq: number
  readonly device_id: Id<'dev'>
  readonly subscription_id: Id<'sub'>
  readonly run_id: Id<'run'>
  readonly job: string
  readonly state: SessionState
  readonly closure_epoch: number
  readonly parent_id: Buffer | null
  readonly given_seq: number
  readonly given_previous: Buffer | null
  readonly given_at: number
  readonly missing_rounds: number
  readonly uploaded_bytes: number
  readonly opened_at: number
  readonly heard_observed_ms: number
  readonly ended_at: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly backup_sessions: BackupSessionRow
  }
}

export async function insertSession(
  tx: Transaction,
  session: BackupSession,
  heard: { readonly observedMs: number },
): Promise<void> {
  await tx
    .insertInto('backup_sessions')
    .values({
      id: session.sessionId,
      repository_id: session.repositoryId,
      seq: session.seq,
      device_id: session.deviceId,
      subscription_id: session.subscriptionId,
      run_id: session.runId,
      job: session.job,
      state: session.state,
      closure_epoch: session.closureEpoch,
      parent_id: snapshotBytes(session.parent),
      ...givenColumns(session.given),
      missing_rounds: session.missingRounds,
      uploaded_bytes: session.uploadedBytes,
      opened_at: session.openedAt,
      heard_observed_ms: heard.observedMs,
      ended_at: null,
    })
    .execute()
}

export async function findSession(db: Queryable, sessionId: Id<'bks'>): Promise<BackupSession | undefined> {
  return toSession(await db.selectFrom('backup_sessions').selectAll().where('id', '=', sessionId).executeTakeFirst())
}

export async function findSessionLocked(tx: Transaction, sessionId: Id<'bks'>): Promise<BackupSession | undefined> {
  const query = tx.selectFrom('backup_sessions').selectAll().where('id', '=', sessionId).forUpdate()
  return toSession(await query.executeTakeFirst())
}

export async function listOpenSessionsOfJob(
  tx: Transaction,
  of: { readonly deviceId: Id<'dev'>; readonly job: string },
): Promise<readonly BackupSession[]> {
  const rows = await tx
    .selectFrom('backup_sessions')
    .selectAll()
    .where('device_id', '=', of.deviceId)
    .where('job', '=', of.job)
    .where('state', '=', 'open')
    .execute()
  return rows.flatMap((row) => toSession(row) ?? [])
}

export async function listOpenSessionsOfRepository(
  tx: Transaction,
  repositoryId: RepositoryId,
): Promise<readonly BackupSession[]> {
  const query = tx.selectFrom('backup_sessions').selectAll().where('state', '=', 'open').where('repository_id', '=', repositoryId)
  return (await query.execute()).flatMap((row) => toSession(row) ?? [])
}

export async function listOpenSessionsOfInboxes(db: Queryable, limit: number): Promise<readonly BackupSession[]> {
  const rows = await db
    .selectFrom('backup_sessions')
    .innerJoin('devices', 'devices.id', 'backup_sessions.device_id')
    .selectAll('backup_sessions')
    .where('backup_sessions.state', '=', 'open')
    .where('devices.kind', '=', 'inbox')
    .limit(limit)
    .execute()
  return rows.flatMap((row) => toSession(row) ?? [])
}

/** Open sessions that nothing was heard of since a moment of observed time. */
export async function listSilentSessions(
  db: Queryable,
  since: { readonly observedMs: number; readonly limit: number },
): Promise<readonly BackupSession[]> {
  const rows = await db
    .selectFrom('backup_sessions')
    .selectAll()
    .where('state', '=', 'open')
    .where('heard_observed_ms', '<=', since.observedMs)
    .limit(since.limit)
    .execute()
  return rows.flatMap((row) => toSession(row) ?? [])
}

/** False when it had ended before. */
export async function endSession(
  tx: Transaction,
  end: { readonly sessionId: Id<'bks'>; readonly state: Exclude<SessionState, 'open'>; readonly endedAt: number },
): Promise<boolean> {
  const result = await tx
    .updateTable('backup_sessions')
    .set({ state: end.state, ended_at: end.endedAt })
    .where('id', '=', end.sessionId)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

export async function giveHead(db: Queryable, sessionId: Id<'bks'>, given: ChainHead): Promise<void> {
  await db.updateTable('backup_sessions').set(givenColumns(given)).where('id', '=', sessionId).execute()
}

export async function setParent(tx: Transaction, sessionId: Id<'bks'>, parent: SnapshotId): Promise<void> {
  await tx
    .updateTable('backup_sessions')
    .set({ parent_id: snapshotBytes(parent) })
    .where('id', '=', sessionId)
    .execute()
}

export async function countMissingRound(db: Queryable, sessionId: Id<'bks'>): Promise<void> {
  await db.updateTable('backup_sessions').set({ missing_rounds: sql`missing_rounds + 1` }).where('id', '=', sessionId).execute()
}

export async function addUploadedBytes(tx: Transaction, sessionId: Id<'bks'>, bytes: number): Promise<void> {
  await tx
    .updateTable('backup_sessions')
    .set({ uploaded_bytes: sql`uploaded_bytes + ${bytes}` })
    .where('id', '=', sessionId)
    .execute()
}

export async function markHeard(db: Queryable, sessionIds: readonly Id<'bks'>[], observedMs: number): Promise<void> {
  if (sessionIds.length === 0) return
  await db
    .updateTable('backup_sessions')
    .set({ heard_observed_ms: observedMs })
    .where('id', 'in', sessionIds)
    .where('state', '=', 'open')
    .execute()
}

function givenColumns(given: ChainHead) {
  return { given_seq: given.seq, given_previous: snapshotBytes(given.previous), given_at: given.serverTimeMs }
}

function snapshotBytes(id: SnapshotId | undefined): Buffer | null {
  return id === undefined ? null : Buffer.from(id, 'hex')
}

function snapshotId(bytes: Buffer | null): SnapshotId | undefined {
  return bytes === null ? undefined : parseSnapshotId(bytes.toString('hex'))
}

function toSession(row: BackupSessionRow | undefined): BackupSession | undefined {
  if (row === undefined) return undefined
  return {
    sessionId: row.id,
    repositoryId: row.repository_id,
    seq: row.seq,
    deviceId: row.device_id,
    subscriptionId: row.subscription_id,
    runId: row.run_id,
    job: row.job,
    state: row.state,
    closureEpoch: row.closure_epoch,
    parent: snapshotId(row.parent_id),
    given: { seq: row.given_seq, previous: snapshotId(row.given_previous), serverTimeMs: row.given_at },
    missingRounds: row.missing_rounds,
    uploadedBytes: row.uploaded_bytes,
    openedAt: row.opened_at,
  }
}
