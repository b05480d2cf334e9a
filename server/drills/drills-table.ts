import type { Selectable } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import {
  type Drill,
  type DrillCause,
  type DrillCounts,
  type DrillCursor,
  type DrillEvidence,
  type DrillOutcome,
  type DrillReason,
  type DrillStanding,
  type DrillState,
  noCounts,
} from './drill.ts'
import type { DrillTurn } from './drill-slots.ts'

export interface DrillRow {
  readonly id: Id<'drl'>
  readonly customer_id: Id<'cus'>
  readonly device_id: Id<'dev'>
  readonly cause: DrillCause
  readonly asked_by: string | null
  readonly asked_at: number
  readonly state: DrillState
  readonly attempts: number
  readonly started_at: number | null
  readonly ended_at: number | null
  readonly reason: DrillReason | null
  readonly detail: string | null
  readonly program: string
  readonly versions: number
  readonly entries: number
  readonly files: number
  readonly bytes: number
  readonly damaged: number
  readonly evidence: string | null
}

export interface DrillStandingRow {
  readonly device_id: Id<'dev'>
  readonly tried_at: number | null
  readonly outcome: DrillOutcome | null
  readonly last_drill: Id<'drl'> | null
  readonly proved_at: number | null
  readonly proved_drill: Id<'drl'> | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly drills: DrillRow
    readonly drill_standings: DrillStandingRow
  }
}

/** Of a computer: more than two years of weeks. */
const drillsKept = 120
export const maxDetailCharacters = 1000

export type NewDrill = Pick<Drill, 'drillId' | 'customerId' | 'deviceId' | 'cause' | 'askedBy' | 'askedAt' | 'program'>

export async function insertDrill(db: Queryable, drill: NewDrill): Promise<void> {
  const { drillId, customerId, deviceId, cause, askedBy, askedAt, program } = drill
  const ids = { id: drillId, customer_id: customerId, device_id: deviceId }
  const nothing = { started_at: null, ended_at: null, reason: null, detail: null, evidence: null }
  await db
    .insertInto('drills')
    .values({
      ...ids,
      ...nothing,
      ...noCounts,
      cause,
      asked_by: askedBy ?? null,
      asked_at: askedAt,
      state: 'waiting',
      attempts: 0,
      program,
    })
    .execute()
}

export async function findDrill(db: Queryable, drillId: Id<'drl'>): Promise<Drill | undefined> {
  const row = await selectDrills(db).where('id', '=', drillId).executeTakeFirst()
  return row && toDrill(row)
}

export async function findEvidence(db: Queryable, drillId: Id<'drl'>): Promise<DrillEvidence | undefined> {
  const row = await db.selectFrom('drills').select('evidence').where('id', '=', drillId).executeTakeFirst()
  return row?.evidence ? (JSON.parse(row.evidence) as DrillEvidence) : undefined
}

/** The newest first. */
export async function listDrills(
  db: Queryable,
  page: { readonly deviceId: Id<'dev'>; readonly before: DrillCursor | undefined; readonly limit: number },
): Promise<readonly Drill[]> {
  const { deviceId, before, limit } = page
  let query = selectDrills(db).where('device_id', '=', deviceId)
  if (before !== undefined)
    query = query.where(({ eb, and, or }) =>
      or([
        eb('asked_at', '<', before.askedAt),
        and([eb('asked_at', '=', before.askedAt), eb('id', '<', before.drillId as Id<'drl'>)]),
      ]),
    )
  return (await query.orderBy('asked_at', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(toDrill)
}

/** Waiting or running: at most one of a computer. */
export async function findOpenDrill(db: Queryable, deviceId: Id<'dev'>): Promise<Drill | undefined> {
  const query = selectDrills(db).where('device_id', '=', deviceId).where('state', 'in', ['waiting', 'running'])
  const row = await query.executeTakeFirst()
  return row && toDrill(row)
}

/** Those that somebody asked for go first (`person` before `week`); of these, the longest waiting one. */
export async function findNextWaiting(db: Queryable): Promise<Drill | undefined> {
  const query = selectDrills(db).where('state', '=', 'waiting').orderBy('cause').orderBy('asked_at').orderBy('id').limit(1)
  const row = await query.executeTakeFirst()
  return row && toDrill(row)
}

export async function countWaiting(db: Queryable): Promise<number> {
  const query = db.selectFrom('drills').select(({ fn }) => fn.countAll<number>().as('count'))
  return (await query.where('state', '=', 'waiting').executeTakeFirstOrThrow()).count
}

/** False: somebody cancelled it meanwhile. */
export async function startDrill(db: Queryable, drillId: Id<'drl'>, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('drills')
    .set(({ eb }) => ({ state: 'running' as const, started_at: nowMs, attempts: eb('attempts', '+', 1) }))
    .where('id', '=', drillId)
    .where('state', '=', 'waiting')
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** Somebody ended the chore itself. */
export async function listWaiting(db: Queryable): Promise<readonly Drill[]> {
  return (await selectDrills(db).where('state', '=', 'waiting').orderBy('asked_at').execute()).map(toDrill)
}

/** What a killed box left running waits again. */
export async function restartDrills(db: Queryable): Promise<void> {
  await db.updateTable('drills').set({ state: 'waiting', started_at: null }).where('state', '=', 'running').execute()
}

export interface DrillEnd {
  readonly drill: Pick<Drill, 'drillId' | 'deviceId'>
  readonly state: DrillOutcome
  readonly endedAt: number
  readonly reason?: DrillReason | undefined
  readonly detail?: string | undefined
  readonly counts?: DrillCounts
  readonly evidence?: DrillEvidence
}

/** The drill, and how its computer stands since. */
export async function endDrill(tx: Transaction, end: DrillEnd): Promise<void> {
  const { drill, state, endedAt, reason, detail, counts = noCounts, evidence } = end
  await tx
    .updateTable('drills')
    .set({
      state,
      ended_at: endedAt,
      reason: reason ?? null,
      detail: detail?.slice(0, maxDetailCharacters) ?? null,
      ...counts,
      evidence: evidence === undefined ? null : JSON.stringify(evidence),
    })
    .where('id', '=', drill.drillId)
    .execute()
  const last = { tried_at: endedAt, outcome: state, last_drill: drill.drillId }
  const proved = state === 'proved' ? { proved_at: endedAt, proved_drill: drill.drillId } : {}
  await tx
    .insertInto('drill_standings')
    .values({ device_id: drill.deviceId, proved_at: null, proved_drill: null, ...last, ...proved })
    .onDuplicateKeyUpdate({ ...last, ...proved })
    .execute()
  await forgetOld(tx, drill.deviceId)
}

/** The proof that counts is kept, however long ago it was. */
async function forgetOld(tx: Transaction, deviceId: Id<'dev'>): Promise<void> {
  const query = tx.selectFrom('drills').select(['asked_at']).where('device_id', '=', deviceId)
  const beyond = await query.orderBy('asked_at', 'desc').orderBy('id', 'desc').limit(1).offset(drillsKept).executeTakeFirst()
  if (beyond === undefined) return
  await tx
    .deleteFrom('drills')
    .where('device_id', '=', deviceId)
    .where('asked_at', '<=', beyond.asked_at)
    .where(({ not, exists, selectFrom }) =>
      not(exists(selectFrom('drill_standings').select('device_id').whereRef('proved_drill', '=', 'drills.id'))),
    )
    .execute()
}

/** Of these computers, those that have had one. */
export async function listStandings(db: Queryable, deviceIds: readonly Id<'dev'>[]): Promise<readonly DrillStanding[]> {
  if (deviceIds.length === 0) return []
  return (await db.selectFrom('drill_standings').selectAll().where('device_id', 'in', deviceIds).execute()).map(toStanding)
}

export interface DrillableComputer extends DrillTurn {
  readonly customerId: Id<'cus'>
  readonly provedAt: number | undefined
}

/** Every computer that has a good version, and is not being forgotten. */
export async function listDrillable(db: Queryable): Promise<readonly DrillableComputer[]> {
  const rows = await db
    .selectFrom('devices')
    .leftJoin('drill_standings', 'drill_standings.device_id', 'devices.id')
    .select(['devices.id', 'devices.customer_id', 'devices.first_version_at', 'devices.connected_at'])
    .select(['drill_standings.tried_at', 'drill_standings.outcome', 'drill_standings.proved_at'])
    .where('devices.last_good_version', 'is not', null)
    .where('devices.state', '!=', 'forgotten')
    .orderBy('devices.id')
    .execute()
  return rows.map((row) => ({
    deviceId: row.id,
    customerId: row.customer_id,
    sinceMs: row.first_version_at ?? row.connected_at,
    triedAt: row.tried_at ?? undefined,
    hasNotRun: row.outcome === 'not-run',
    provedAt: row.proved_at ?? undefined,
  }))
}

/** The newest good version of each job, those of the newest first. */
export async function listNewestGood(
  db: Queryable,
  page: { readonly deviceId: Id<'dev'>; readonly limit: number },
): Promise<readonly Id<'snap'>[]> {
  const rows = await db
    .selectFrom('jobs')
    .innerJoin('snapshots', 'snapshots.id', 'jobs.last_good_version')
    .select('snapshots.id')
    .where('jobs.device_id', '=', page.deviceId)
    .orderBy('snapshots.received_at', 'desc')
    .orderBy('snapshots.id')
    .limit(page.limit)
    .execute()
  return rows.map(({ id }) => id)
}

const columns = [
  ...(['id', 'customer_id', 'device_id', 'cause', 'asked_by', 'asked_at', 'state', 'attempts', 'started_at'] as const),
  ...(['ended_at', 'reason', 'detail', 'program', 'versions', 'entries', 'files', 'bytes', 'damaged'] as const),
] as const

/** Without the evidence, which is long. */
function selectDrills(db: Queryable) {
  return db.selectFrom('drills').select(columns)
}

function toDrill(row: Omit<Selectable<DrillRow>, 'evidence'>): Drill {
  const { versions, entries, files, bytes, damaged } = row
  return {
    drillId: row.id,
    customerId: row.customer_id,
    deviceId: row.device_id,
    cause: row.cause,
    askedBy: row.asked_by ?? undefined,
    askedAt: row.asked_at,
    state: row.state,
    attempts: row.attempts,
    startedAt: row.started_at ?? undefined,
    endedAt: row.ended_at ?? undefined,
    reason: row.reason ?? undefined,
    detail: row.detail ?? undefined,
    program: row.program,
    counts: { versions, entries, files, bytes, damaged },
  }
}

function toStanding(row: DrillStandingRow): DrillStanding {
  return {
    deviceId: row.device_id,
    triedAt: row.tried_at ?? undefined,
    outcome: row.outcome ?? undefined,
    lastDrill: row.last_drill ?? undefined,
    provedAt: row.proved_at ?? undefined,
    provedDrill: row.proved_drill ?? undefined,
  }
}
