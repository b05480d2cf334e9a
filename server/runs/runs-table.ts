import { type ColumnType, type Generated, sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'
import {
  type DaysAsked,
  type DeviceDay,
  type FailedRun,
  type FinishedRun,
  maxRunDetailCharacters,
  type NewRun,
  type RefusedRun,
  type RunKey,
  type RunVerdict,
} from './run.ts'

export interface RunRow {
  readonly id: Id<'run'>
  readonly customer_id: Id<'cus'>
  readonly device_id: Id<'dev'>
  readonly job_id: JobId
  readonly verdict: RunVerdict | null
  readonly snapshot: Id<'snap'> | null
  readonly code: string | null
  readonly detail: string | null
  readonly started_at: number
  readonly ended_at: number | null
  readonly files: number
  readonly source_bytes: number
  readonly added_bytes: number
  readonly added_stored_bytes: number
  readonly skipped: number
  readonly agent_run: RunKey | null
  readonly known_skips: Generated<number>
  /** What it counts as; made by the database. */
  readonly standing: ColumnType<RunVerdict | null, never, never>
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly runs: RunRow
  }
}

const maxCodeCharacters = 64

export async function insertRun(db: Queryable, run: Omit<NewRun, 'job'> & { readonly jobId: JobId }): Promise<void> {
  const nothingYet = { verdict: null, snapshot: null, code: null, detail: null, ended_at: null }
  const zeros = { files: 0, source_bytes: 0, added_bytes: 0, added_stored_bytes: 0, skipped: 0 }
  await db
    .insertInto('runs')
    .values({
      id: run.runId,
      customer_id: run.customerId,
      device_id: run.deviceId,
      job_id: run.jobId,
      started_at: run.startedAt,
      agent_run: run.key ?? null,
      ...nothingYet,
      ...zeros,
    })
    .execute()
}

/** The same run, tried again. */
export async function reopenRun(db: Queryable, runId: Id<'run'>): Promise<void> {
  const nothingYet = { verdict: null, snapshot: null, code: null, detail: null, ended_at: null }
  await db.updateTable('runs').set(nothingYet).where('id', '=', runId).execute()
}

export async function findRunByKey(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'>; readonly key: RunKey },
): Promise<{ readonly runId: Id<'run'>; readonly hasVersion: boolean; readonly isOpen: boolean } | undefined> {
  const row = await db
    .selectFrom('runs')
    .select(['id', 'verdict', 'code', 'ended_at'])
    .where('device_id', '=', of.deviceId)
    .where('agent_run', '=', of.key)
    .executeTakeFirst()
  return row && { runId: row.id, hasVersion: row.verdict !== null && row.code === null, isOpen: row.ended_at === null }
}

/** The version that a run made is gone; that it ran, and how, stays. */
export async function forgetRunVersion(
  db: Queryable,
  gone: { readonly runId: Id<'run'>; readonly version: Id<'snap'> },
): Promise<void> {
  await db.updateTable('runs').set({ snapshot: null }).where('id', '=', gone.runId).where('snapshot', '=', gone.version).execute()
}

export async function finishRun(db: Queryable, run: FinishedRun & { readonly knownSkips: number }): Promise<void> {
  await db
    .updateTable('runs')
    .set({
      verdict: run.verdict,
      snapshot: run.version,
      ended_at: run.endedAt,
      files: run.counts.files,
      source_bytes: run.counts.bytes,
      added_bytes: run.counts.addedBytes,
      added_stored_bytes: run.counts.addedStoredBytes,
      skipped: run.counts.skipped,
      known_skips: run.knownSkips,
    })
    .where('id', '=', run.runId)
    .execute()
}

/**
 * A computer that asks every few minutes for months must not fill the table: while a job is refused for the same reason, one row a day
 * stands for it, with the time of the last one.
 */
export async function putRefusedRun(
  db: Queryable,
  run: Omit<RefusedRun, 'job'> & { readonly jobId: JobId; readonly sinceMs: number },
): Promise<void> {
  const told = {
    code: run.code.slice(0, maxCodeCharacters),
    detail: [...run.detail].slice(0, maxRunDetailCharacters).join(''),
    ended_at: run.startedAt,
  }
  const same = await db
    .updateTable('runs')
    .set(told)
    .where('job_id', '=', run.jobId)
    .where('verdict', '=', 'refused')
    .where('code', '=', told.code)
    .where('ended_at', '>=', run.sinceMs)
    .executeTakeFirstOrThrow()
  if (same.numUpdatedRows > 0n) return
  const nothing = { snapshot: null, files: 0, source_bytes: 0, added_bytes: 0, added_stored_bytes: 0, skipped: 0 }
  await db
    .insertInto('runs')
    .values({
      id: run.runId,
      customer_id: run.customerId,
      device_id: run.deviceId,
      job_id: run.jobId,
      verdict: 'refused',
      started_at: run.startedAt,
      ...told,
      ...nothing,
    })
    .execute()
}

/** Runs of a job that left files out and whose version is still there, newest first. */
export async function listPartialRuns(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'>; readonly job: string; readonly sinceMs: number; readonly limit: number },
): Promise<readonly { readonly runId: Id<'run'>; readonly version: Id<'snap'> }[]> {
  const rows = await db
    .selectFrom('runs')
    .innerJoin('jobs', 'jobs.id', 'runs.job_id')
    .select(['runs.id', 'runs.snapshot'])
    .where('runs.device_id', '=', of.deviceId)
    .where('jobs.name', '=', of.job)
    .where('runs.ended_at', '>=', of.sinceMs)
    .where('runs.verdict', '=', 'partial')
    .where('runs.snapshot', 'is not', null)
    .orderBy('runs.ended_at', 'desc')
    .limit(of.limit)
    .execute()
  return rows.flatMap(({ id, snapshot }) => (snapshot === null ? [] : [{ runId: id, version: snapshot }]))
}

export async function setKnownSkips(db: Queryable, runId: Id<'run'>, knownSkips: number): Promise<void> {
  await db.updateTable('runs').set({ known_skips: knownSkips }).where('id', '=', runId).execute()
}

/** A run that has ended stays as it ended: false. */
export async function failRun(db: Queryable, run: FailedRun): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('runs')
    .set({
      verdict: 'failed',
      code: run.code.slice(0, maxCodeCharacters),
      detail: [...run.detail].slice(0, maxRunDetailCharacters).join(''),
      ended_at: run.endedAt,
    })
    .where('id', '=', run.runId)
    .where('ended_at', 'is', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

export async function deleteOpenRun(db: Queryable, runId: Id<'run'>): Promise<void> {
  await db.deleteFrom('runs').where('id', '=', runId).where('ended_at', 'is', null).execute()
}

/** When the job's last run began that left something to rely on. */
export async function findLastGoodStart(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'>; readonly job: string },
): Promise<number | undefined> {
  const row = await db
    .selectFrom('jobs')
    .innerJoin('runs', 'runs.job_id', 'jobs.id')
    .select('runs.started_at')
    .where('jobs.device_id', '=', of.deviceId)
    .where('jobs.name', '=', of.job)
    .where('runs.verdict', 'in', ['ok', 'partial'])
    .orderBy('runs.ended_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.started_at
}

/** Which of the job's runs go on; at most one does where all is well. */
export async function listRunningRuns(
  db: Queryable,
  customerId: Id<'cus'>,
): Promise<readonly { readonly deviceId: Id<'dev'>; readonly startedAt: number }[]> {
  const rows = await db
    .selectFrom('runs')
    .select(['device_id', 'started_at'])
    .where('customer_id', '=', customerId)
    .where('ended_at', 'is', null)
    .orderBy('started_at')
    .limit(maxRunningListed)
    .execute()
  return rows.map((row) => ({ deviceId: row.device_id, startedAt: row.started_at }))
}

const maxRunningListed = 1000

/** Digits of a time in front of an id, so that the greatest text is the newest. */
const timeDigits = 16

interface DayRow {
  readonly device_id: Id<'dev'>
  readonly day: number
  readonly ok: number
  readonly partial: number
  readonly failed: number
  readonly last_at: number
  readonly last_version: string | null
}

/** One row for each device and day on which something ended: a month with a version every five minutes stays small. */
export async function listDays(db: Queryable, asked: DaysAsked): Promise<readonly DeviceDay[]> {
  const { customerId, deviceId, dayStartsMs } = asked
  const [first] = dayStartsMs
  if (first === undefined) return []
  const { rows } = await sql<DayRow>`
    SELECT device_id, INTERVAL(ended_at, ${sql.join(dayStartsMs)}) - 1 AS day,
      SUM(standing = 'ok') AS ok, SUM(standing = 'partial') AS partial, SUM(standing = 'failed') AS failed,
      MAX(ended_at) AS last_at, MAX(CONCAT(LPAD(ended_at, ${timeDigits}, '0'), snapshot)) AS last_version
    FROM runs WHERE customer_id = ${customerId} AND ended_at >= ${first} AND verdict != 'refused'
      ${deviceId === undefined ? sql`` : sql`AND device_id = ${deviceId}`}
    GROUP BY device_id, day ORDER BY device_id, day`.execute(db)
  return rows.map((row) => ({
    deviceId: row.device_id,
    dayIndex: row.day,
    ok: row.ok,
    partial: row.partial,
    failed: row.failed,
    lastAt: row.last_at,
    lastVersion: row.last_version === null ? undefined : (row.last_version.slice(timeDigits) as Id<'snap'>),
  }))
}
