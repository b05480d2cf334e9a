import { sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { RunRecord, RunsAsked } from './activity.ts'

/** Newest first, by an index in each of the ways in which pages ask. */
export async function listRuns(db: Queryable, asked: RunsAsked): Promise<readonly RunRecord[]> {
  const { reach, deviceId, filter, span, after } = asked
  if (reach !== 'all' && reach.length === 0) return []
  let query = selectRuns(db)
  if (reach !== 'all') query = query.where('runs.customer_id', 'in', reach)
  if (deviceId !== undefined) query = query.where('runs.device_id', '=', deviceId)
  if (filter === 'running') query = query.where('runs.ended_at', 'is', null)
  else if (filter !== undefined) query = query.where('runs.standing', '=', filter)
  if (span !== undefined) query = query.where('runs.started_at', '>=', span.fromMs).where('runs.started_at', '<', span.untilMs)
  if (after !== undefined)
    query = query
      .where('runs.started_at', '<=', after.startedAt)
      .where(({ eb, and, or }) =>
        or([
          eb('runs.started_at', '<', after.startedAt),
          and([eb('runs.started_at', '=', after.startedAt), eb('runs.id', '<', after.runId)]),
        ]),
      )
  const rows = await query.orderBy('runs.started_at', 'desc').orderBy('runs.id', 'desc').limit(asked.limit).execute()
  return rows.map(toRecord)
}

export async function findRun(db: Queryable, runId: Id<'run'>): Promise<RunRecord | undefined> {
  const row = await selectRuns(db).where('runs.id', '=', runId).executeTakeFirst()
  return row && toRecord(row)
}

/** Runs first, whatever the database makes of it: from the computers' side it would read and sort every run that there is. */
function selectRuns(db: Queryable) {
  return db
    .selectFrom('runs')
    .modifyFront(sql`STRAIGHT_JOIN`)
    .innerJoin('devices', 'devices.id', 'runs.device_id')
    .innerJoin('jobs', 'jobs.id', 'runs.job_id')
    .select(['runs.id', 'runs.customer_id', 'runs.device_id', 'devices.name as computer', 'jobs.name as job'])
    .select(['runs.verdict', 'runs.standing', 'runs.code', 'runs.detail', 'runs.snapshot', 'runs.started_at', 'runs.ended_at'])
    .select(['runs.files', 'runs.source_bytes', 'runs.added_bytes', 'runs.skipped', 'runs.known_skips'])
}

type SelectedRun = Awaited<ReturnType<ReturnType<typeof selectRuns>['execute']>>[number]

function toRecord(row: SelectedRun): RunRecord {
  return {
    runId: row.id,
    customerId: row.customer_id,
    deviceId: row.device_id,
    computer: row.computer,
    job: row.job,
    verdict: row.verdict ?? undefined,
    standing: row.standing ?? undefined,
    code: row.code ?? undefined,
    detail: row.detail ?? undefined,
    version: row.snapshot ?? undefined,
    startedAt: row.started_at,
    endedAt: row.ended_at ?? undefined,
    files: row.files,
    sourceBytes: row.source_bytes,
    addedBytes: row.added_bytes,
    skipped: row.skipped,
    knownSkips: row.known_skips,
  }
}
