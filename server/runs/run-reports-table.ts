import { sql } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { LogToStore, RunAttempt, RunCause, StoredReport } from './run-report.ts'

export interface RunReportRow {
  readonly run_id: Id<'run'>
  readonly customer_id: Id<'cus'>
  readonly device_id: Id<'dev'>
  readonly cause: RunCause
  readonly attempts: string
  readonly sent_bytes: number | null
  readonly log: Buffer
  readonly log_bytes: number
  readonly received_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly run_reports: RunReportRow
  }
}

export async function putRunReport(
  tx: Transaction,
  { runId, customerId, deviceId, report, receivedAt }: LogToStore,
): Promise<void> {
  const values = {
    cause: report.cause,
    attempts: JSON.stringify(report.attempts),
    sent_bytes: report.sentBytes ?? null,
    log: report.log,
    log_bytes: report.log.length,
    received_at: receivedAt,
  }
  await tx
    .insertInto('run_reports')
    .values({ run_id: runId, customer_id: customerId, device_id: deviceId, ...values })
    .onDuplicateKeyUpdate(values)
    .execute()
}

export async function findRunReports(db: Queryable, runIds: readonly Id<'run'>[]): Promise<ReadonlyMap<Id<'run'>, StoredReport>> {
  if (runIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('run_reports')
    .select(['run_id', 'cause', 'attempts', 'sent_bytes', 'log_bytes'])
    .where('run_id', 'in', runIds)
    .execute()
  return new Map(
    rows.map((row) => [
      row.run_id,
      {
        cause: row.cause,
        attempts: JSON.parse(row.attempts) as readonly RunAttempt[],
        sentBytes: row.sent_bytes ?? undefined,
        hasLog: row.log_bytes > 0,
      },
    ]),
  )
}

export async function findRunLog(db: Queryable, runId: Id<'run'>): Promise<Buffer | undefined> {
  const row = await db.selectFrom('run_reports').select('log').where('run_id', '=', runId).executeTakeFirst()
  return row?.log
}

/** The log goes; that there was a run, why and how often it was tried, stays. Counts what went. */
export async function removeOldLogs(db: Queryable, before: number, limit: number): Promise<number> {
  const result = await db
    .updateTable('run_reports')
    .set({ log: Buffer.alloc(0), log_bytes: 0 })
    .where('received_at', '<', before)
    .where('log_bytes', '>', 0)
    .limit(limit)
    .executeTakeFirstOrThrow()
  return Number(result.numUpdatedRows)
}

export async function listCustomersWithLogsOver(db: Queryable, maxBytes: number): Promise<readonly Id<'cus'>[]> {
  const rows = await db
    .selectFrom('run_reports')
    .select('customer_id')
    .groupBy('customer_id')
    .having(sql<number>`SUM(log_bytes)`, '>', maxBytes)
    .execute()
  return rows.map((row) => row.customer_id)
}

/** The time of the newest report that no longer fits, counting from the newest back; undefined where all fit. */
export async function findLogLimit(db: Queryable, customerId: Id<'cus'>, maxBytes: number): Promise<number | undefined> {
  const { rows } = await sql<{ readonly received_at: number }>`
    SELECT received_at FROM (
      SELECT received_at, SUM(log_bytes) OVER (ORDER BY received_at DESC, run_id) AS so_far
      FROM run_reports WHERE customer_id = ${customerId} AND log_bytes > 0
    ) AS counted WHERE so_far > ${maxBytes} ORDER BY received_at DESC LIMIT 1`.execute(db)
  return rows[0]?.received_at
}

export async function removeLogsOfCustomer(db: Queryable, customerId: Id<'cus'>, until: number): Promise<void> {
  await db
    .updateTable('run_reports')
    .set({ log: Buffer.alloc(0), log_bytes: 0 })
    .where('customer_id', '=', customerId)
    .where('received_at', '<=', until)
    .where('log_bytes', '>', 0)
    .execute()
}
