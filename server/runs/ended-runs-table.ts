/** Runs that ended and of which nobody has been told yet. The row comes with the run's end and goes with what was told of it. */
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { RunVerdict } from './run.ts'

export interface EndedRunRow {
  readonly run_id: Id<'run'>
  readonly ended_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly ended_runs: EndedRunRow
  }
}

export async function noteEndedRun(db: Queryable, runId: Id<'run'>, endedAt: number): Promise<void> {
  await db
    .insertInto('ended_runs')
    .values({ run_id: runId, ended_at: endedAt })
    .onDuplicateKeyUpdate({ ended_at: endedAt })
    .execute()
}

export async function listEndedRuns(db: Queryable, limit: number): Promise<readonly Id<'run'>[]> {
  const rows = await db.selectFrom('ended_runs').select('run_id').orderBy('ended_at').orderBy('run_id').limit(limit).execute()
  return rows.map((row) => row.run_id)
}

/** False: somebody has told of it already. */
export async function takeEndedRun(db: Queryable, runId: Id<'run'>): Promise<boolean> {
  const { numDeletedRows } = await db.deleteFrom('ended_runs').where('run_id', '=', runId).executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

export interface ToldRun {
  readonly runId: Id<'run'>
  readonly customerId: Id<'cus'>
  readonly customerName: string
  readonly deviceId: Id<'dev'>
  readonly computer: string
  /** Sent by somebody with a link: who made the link is told in another letter. */
  readonly isDelivery: boolean
  readonly job: string
  /** What it counts as: left-out files that are known and accepted do not make it partial. */
  readonly standing: Exclude<RunVerdict, 'refused'>
  /** How the job's run before it counted. */
  readonly before: RunVerdict | undefined
  readonly code: string | undefined
  /** May name files: for the customer's people only. */
  readonly detail: string | undefined
  readonly startedAt: number
  readonly endedAt: number
  readonly files: number
  readonly sourceBytes: number
  readonly addedBytes: number
  readonly skipped: number
}

/** Undefined: it is gone, or goes on again. */
export async function findToldRun(db: Queryable, runId: Id<'run'>): Promise<ToldRun | undefined> {
  const row = await db
    .selectFrom('runs')
    .innerJoin('customers', 'customers.id', 'runs.customer_id')
    .innerJoin('devices', 'devices.id', 'runs.device_id')
    .innerJoin('jobs', 'jobs.id', 'runs.job_id')
    .selectAll('runs')
    .select(['customers.name as customer_name', 'devices.name as computer', 'devices.kind as device_kind', 'jobs.name as job'])
    .where('runs.id', '=', runId)
    .executeTakeFirst()
  if (row === undefined || row.ended_at === null || row.standing === null || row.standing === 'refused') return undefined
  const before = await db
    .selectFrom('runs')
    .select('standing')
    .where('job_id', '=', row.job_id)
    .where('ended_at', '<', row.ended_at)
    .orderBy('ended_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return {
    runId: row.id,
    customerId: row.customer_id,
    customerName: row.customer_name,
    deviceId: row.device_id,
    computer: row.computer,
    isDelivery: row.device_kind === 'inbox',
    job: row.job,
    standing: row.standing,
    before: before?.standing ?? undefined,
    code: row.code ?? undefined,
    detail: row.detail ?? undefined,
    startedAt: row.started_at,
    endedAt: row.ended_at,
    files: row.files,
    sourceBytes: row.source_bytes,
    addedBytes: row.added_bytes,
    skipped: row.skipped,
  }
}
