import { type Generated, sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import {
  type ChoreOutcome,
  type ChoreProgress,
  type ChoreResult,
  type ChoreState,
  maxSummaryCharacters,
  type PastRun,
  pastRunsKept,
} from './chore.ts'

export interface ChoreRow {
  readonly name: string
  readonly known_at: number
  readonly is_running: number
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly good_at: number | null
  readonly outcome: ChoreOutcome | null
  readonly failures: number
  readonly summary: string
  readonly detail: string | null
  readonly progress: string | null
}

export interface ChoreRunRow {
  readonly id: Generated<number>
  readonly name: string
  readonly started_at: number
  readonly ended_at: number
  readonly outcome: ChoreOutcome
  readonly summary: string
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly chores: ChoreRow
    readonly chore_runs: ChoreRunRow
  }
}

/** Notes chores that the box has not had before. */
export async function addChores(db: Queryable, names: readonly string[], nowMs: number): Promise<void> {
  if (names.length === 0) return
  const nothing = { started_at: null, ended_at: null, good_at: null, outcome: null, detail: null, progress: null }
  const rows = names.toSorted().map((name) => ({ name, known_at: nowMs, is_running: 0, failures: 0, summary: '', ...nothing }))
  await db.insertInto('chores').ignore().values(rows).execute()
}

export async function getChoreState(db: Queryable, name: string): Promise<ChoreState> {
  return toState(await db.selectFrom('chores').selectAll().where('name', '=', name).executeTakeFirstOrThrow())
}

/** Of every chore that the box has or had, by its name. */
export async function listChoreStates(db: Queryable): Promise<ReadonlyMap<string, ChoreState>> {
  const rows = await db.selectFrom('chores').selectAll().execute()
  return new Map(rows.map((row) => [row.name, toState(row)]))
}

export async function startChore(db: Queryable, { name, startedAt }: { name: string; startedAt: number }): Promise<void> {
  await db.updateTable('chores').set({ is_running: 1, started_at: startedAt, progress: null }).where('name', '=', name).execute()
}

export async function saveProgress(db: Queryable, name: string, progress: ChoreProgress): Promise<void> {
  await db
    .updateTable('chores')
    .set({ progress: JSON.stringify({ ...progress, words: progress.words.slice(0, maxWordsCharacters) }) })
    .where('name', '=', name)
    .execute()
}

const maxWordsCharacters = 500

export type ChoreEnd = { readonly name: string; readonly endedAt: number } & (
  | { readonly outcome: 'done'; readonly result: ChoreResult }
  | { readonly outcome: Exclude<ChoreOutcome, 'done'>; readonly summary: string }
)

export async function endChore(db: Queryable, end: ChoreEnd): Promise<void> {
  const summary = (end.outcome === 'done' ? end.result.summary : end.summary).slice(0, maxSummaryCharacters)
  const ended = { is_running: 0, ended_at: end.endedAt, outcome: end.outcome, summary, progress: null }
  await db
    .updateTable('chores')
    .set(
      end.outcome === 'done'
        ? { ...ended, failures: 0, good_at: end.endedAt, detail: JSON.stringify(end.result.detail ?? null) }
        : { ...ended, ...(end.outcome === 'cancelled' ? { failures: 0 } : { failures: sql<number>`failures + 1` }) },
    )
    .where('name', '=', end.name)
    .execute()
  await rememberRun(db, end, summary)
}

/** The row knows when the run began. */
async function rememberRun(db: Queryable, { name, outcome, endedAt }: ChoreEnd, summary: string): Promise<void> {
  await sql`INSERT INTO chore_runs (name, started_at, ended_at, outcome, summary)
    SELECT name, COALESCE(started_at, ${endedAt}), ${endedAt}, ${outcome}, ${summary} FROM chores WHERE name = ${name}`.execute(
    db,
  )
  const oldest = db.selectFrom('chore_runs').select('id').where('name', '=', name).orderBy('id', 'desc')
  const beyond = await oldest.limit(1).offset(pastRunsKept).executeTakeFirst()
  if (beyond !== undefined) await db.deleteFrom('chore_runs').where('name', '=', name).where('id', '<=', beyond.id).execute()
}

/** The newest first; of one chore, or of all. */
export async function listPastRuns(
  db: Queryable,
  asked: { readonly name: string | undefined; readonly limit: number },
): Promise<readonly PastRun[]> {
  let query = db.selectFrom('chore_runs').selectAll().orderBy('id', 'desc').limit(asked.limit)
  if (asked.name !== undefined) query = query.where('name', '=', asked.name)
  return (await query.execute()).map(({ name, started_at, ended_at, outcome, summary }) => {
    return { name, startedAt: started_at, endedAt: ended_at, outcome, summary }
  })
}

/** Those that a killed process left running, with how far they were. */
export async function listLeftRunning(
  db: Queryable,
): Promise<readonly { readonly name: string; readonly progress: ChoreProgress | undefined }[]> {
  const rows = await db.selectFrom('chores').select(['name', 'progress']).where('is_running', '=', 1).orderBy('name').execute()
  return rows.map(({ name, progress }) => ({ name, progress: progress === null ? undefined : JSON.parse(progress) }))
}

function toState(row: ChoreRow): ChoreState {
  return {
    name: row.name,
    knownAt: row.known_at,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    outcome: row.outcome ?? undefined,
    goodAt: row.good_at ?? undefined,
    failures: row.failures,
    summary: row.summary,
    detail: row.detail === null ? undefined : JSON.parse(row.detail),
  }
}

/** Titles are the chores' own; these are names. The call that tells of a good day does not stand in its own way. */
export async function listFailedChores(db: Queryable): Promise<readonly string[]> {
  const query = db
    .selectFrom('chores')
    .select('name')
    .where('outcome', '=', 'failed')
    .where('name', '!=', 'heartbeat')
    .orderBy('name')
  return (await query.execute()).map(({ name }) => name)
}
