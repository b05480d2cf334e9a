/** What the collector planned, did and refused last, for each repository; and what a person has allowed it. */
import type { Queryable } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import { noAllowance, type PruneAllowance, type PruneDone, type PruneOutlook, type PruneRefusal } from './prune.ts'

export interface PruneReportRow {
  readonly repository_id: RepositoryId
  readonly plan: string | null
  readonly planned_at: number | null
  readonly result: string | null
  readonly ended_at: number | null
  readonly refusal: string | null
  readonly refused_at: number | null
  readonly allowance: string | null
  readonly allowed_at: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly prune_reports: PruneReportRow
  }
}

export interface PruneReport {
  readonly plan: { readonly outlook: PruneOutlook; readonly at: number } | undefined
  readonly result: { readonly done: PruneDone; readonly at: number } | undefined
  readonly refusal: { readonly refusal: PruneRefusal; readonly at: number } | undefined
  readonly allowance: PruneAllowance
  readonly allowedAt: number | undefined
}

const emptyReport: PruneReport = {
  plan: undefined,
  result: undefined,
  refusal: undefined,
  allowance: noAllowance,
  allowedAt: undefined,
}

export async function findReport(db: Queryable, repositoryId: RepositoryId): Promise<PruneReport> {
  const [report = emptyReport] = await listReports(db, [repositoryId])
  return report
}

/** In the order in which they are asked for. */
export async function listReports(db: Queryable, repositoryIds: readonly RepositoryId[]): Promise<readonly PruneReport[]> {
  if (repositoryIds.length === 0) return []
  const rows = await db.selectFrom('prune_reports').selectAll().where('repository_id', 'in', repositoryIds).execute()
  const rowOf = new Map(rows.map((row) => [row.repository_id, row]))
  return repositoryIds.map((id) => toReport(rowOf.get(id)))
}

function toReport(row: PruneReportRow | undefined): PruneReport {
  if (row === undefined) return emptyReport
  return {
    plan: withTime(row.plan, row.planned_at, (outlook: PruneOutlook, at) => ({ outlook, at })),
    result: withTime(row.result, row.ended_at, (done: PruneDone, at) => ({ done, at })),
    refusal: withTime(row.refusal, row.refused_at, (refusal: PruneRefusal, at) => ({ refusal, at })),
    allowance: row.allowance === null ? noAllowance : (JSON.parse(row.allowance) as PruneAllowance),
    allowedAt: row.allowed_at ?? undefined,
  }
}

export async function savePlan(db: Queryable, repositoryId: RepositoryId, outlook: PruneOutlook, at: number): Promise<void> {
  await save(db, repositoryId, { plan: JSON.stringify(outlook), planned_at: at })
}

/** A run that came to its end: what was refused before, and allowed for it, is over. */
export async function saveResult(db: Queryable, repositoryId: RepositoryId, done: PruneDone, at: number): Promise<void> {
  await save(db, repositoryId, { result: JSON.stringify(done), ended_at: at, refusal: null, refused_at: null })
}

export async function saveRefusal(db: Queryable, repositoryId: RepositoryId, refusal: PruneRefusal, at: number): Promise<void> {
  await save(db, repositoryId, { refusal: JSON.stringify(refusal), refused_at: at })
}

export async function saveAllowance(
  db: Queryable,
  repositoryId: RepositoryId,
  allowance: PruneAllowance,
  at: number,
): Promise<void> {
  await save(db, repositoryId, { allowance: JSON.stringify(allowance), allowed_at: at })
}

type Columns = Partial<Omit<PruneReportRow, 'repository_id'>>

async function save(db: Queryable, repositoryId: RepositoryId, columns: Columns): Promise<void> {
  await db
    .insertInto('prune_reports')
    .values({ ...emptyRow, repository_id: repositoryId, ...columns })
    .onDuplicateKeyUpdate(columns)
    .execute()
}

const emptyRow: Omit<PruneReportRow, 'repository_id'> = {
  plan: null,
  planned_at: null,
  result: null,
  ended_at: null,
  refusal: null,
  refused_at: null,
  allowance: null,
  allowed_at: null,
}

/** JSON that this program wrote. */
function withTime<Value, Result>(
  text: string | null,
  at: number | null,
  make: (value: Value, at: number) => Result,
): Result | undefined {
  return text === null || at === null ? undefined : make(JSON.parse(text) as Value, at)
}
