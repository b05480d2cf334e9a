import type { Selectable } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import {
  type Drill,
  type DrillCause,
  type DrillCounts,
  type DrillCursor,
  type DrillEvidence,
  type DrilledFile,
  type DrilledVersion,
  type DrillOutcome,
  type DrillReason,
  type DrillStanding,
  type DrillState,
  noCounts,
  type OpenPath,
} from './drill.ts'
import type { DrillTurn } from './drill-slots.ts'
import type { DrillPlan } from './pick-plans.ts'

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
  readonly plans: number
  readonly files_total: number
  readonly read_twice: number
  readonly read_twice_bytes: number
  readonly untimed: number
  readonly evidence: string | null
}

export interface DrillStandingRow {
  readonly device_id: Id<'dev'>
  readonly tried_at: number | null
  readonly outcome: DrillOutcome | null
  readonly last_drill: Id<'drl'> | null
  readonly proved_at: number | null
  readonly proved_drill: Id<'drl'> | null
  readonly damaged_at: number | null
  readonly damaged_drill: Id<'drl'> | null
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
      ...countColumns(noCounts),
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
  return row?.evidence ? parseEvidence(row.evidence) : undefined
}

type EvidenceOnceKept = Pick<DrillEvidence, 'seed'> & {
  readonly open?: DrillEvidence['open']
  readonly versions: readonly (Omit<DrilledVersion, 'files'> & {
    readonly files: readonly (Omit<DrilledFile, 'way' | 'isTimeCompared'> & Partial<DrilledFile>)[]
  })[]
}

/** Drills of earlier programs did not say how each file was read, nor what stays open. */
function parseEvidence(text: string): DrillEvidence {
  const { seed, versions, open } = JSON.parse(text) as EvidenceOnceKept
  const whole = versions.map((version) => ({
    ...version,
    files: version.files.map((file) => {
      const isRestored = file.way === undefined ? file.ranges === undefined : file.way === 'restored'
      return { ...file, way: isRestored ? 'restored' : 'read-twice', isTimeCompared: file.isTimeCompared ?? isRestored } as const
    }),
  }))
  const damaged = whole.flatMap(({ job, files, lost }) => [
    ...files.filter(({ problem }) => problem !== undefined).map(({ path }) => ({ job, path })),
    ...lost.map(({ path }) => ({ job, path })),
  ])
  return { seed, versions: whole, open: open ?? damaged }
}

/** What the computer's last drill that found damage left open. */
export async function findOpenPaths(db: Queryable, deviceId: Id<'dev'>): Promise<readonly OpenPath[]> {
  const [standing] = await listStandings(db, [deviceId])
  if (standing?.damage === undefined) return []
  return (await findEvidence(db, standing.damage.drillId))?.open ?? []
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
      ...countColumns(counts),
      evidence: evidence === undefined ? null : JSON.stringify(evidence),
    })
    .where('id', '=', drill.drillId)
    .execute()
  const last = { tried_at: endedAt, outcome: state, last_drill: drill.drillId }
  const more = standingAfter(state, { endedAt, drillId: drill.drillId })
  const none = { proved_at: null, proved_drill: null, damaged_at: null, damaged_drill: null }
  await tx
    .insertInto('drill_standings')
    .values({ device_id: drill.deviceId, ...none, ...last, ...more })
    .onDuplicateKeyUpdate({ ...last, ...more })
    .execute()
  await forgetOld(tx, drill.deviceId)
}

/** Damage stays until a proof: one that was cancelled, or could not run, says nothing of it. */
function standingAfter(state: DrillOutcome, { endedAt, drillId }: { readonly endedAt: number; readonly drillId: Id<'drl'> }) {
  if (state === 'proved') return { proved_at: endedAt, proved_drill: drillId, damaged_at: null, damaged_drill: null }
  return state === 'damaged' ? { damaged_at: endedAt, damaged_drill: drillId } : {}
}

/** The proof that counts is kept, however long ago it was, and so is the damage that does. */
async function forgetOld(tx: Transaction, deviceId: Id<'dev'>): Promise<void> {
  const query = tx.selectFrom('drills').select(['asked_at']).where('device_id', '=', deviceId)
  const beyond = await query.orderBy('asked_at', 'desc').orderBy('id', 'desc').limit(1).offset(drillsKept).executeTakeFirst()
  if (beyond === undefined) return
  await tx
    .deleteFrom('drills')
    .where('device_id', '=', deviceId)
    .where('asked_at', '<=', beyond.asked_at)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('drill_standings')
            .select('device_id')
            .where(({ eb, or }) =>
              or([eb('proved_drill', '=', eb.ref('drills.id')), eb('damaged_drill', '=', eb.ref('drills.id'))]),
            ),
        ),
      ),
    )
    .execute()
}

/** Of these computers, those that have had one. */
export async function listStandings(db: Queryable, deviceIds: readonly Id<'dev'>[]): Promise<readonly DrillStanding[]> {
  if (deviceIds.length === 0) return []
  const rows = await db
    .selectFrom('drill_standings')
    .leftJoin('drills', 'drills.id', 'drill_standings.last_drill')
    .selectAll('drill_standings')
    .select('drills.detail')
    .where('drill_standings.device_id', 'in', deviceIds)
    .execute()
  return rows.map(toStanding)
}

export interface DrillableComputer extends DrillTurn {
  readonly customerId: Id<'cus'>
  readonly provedAt: number | undefined
  /** Of the last drill that found damage, until one proves that it is mended. */
  readonly damage: Pick<DrillCounts, 'damaged' | 'files' | 'versions'> | undefined
}

/** Every computer that has a good version, and is not being forgotten. */
export async function listDrillable(db: Queryable): Promise<readonly DrillableComputer[]> {
  const rows = await db
    .selectFrom('devices')
    .leftJoin('drill_standings', 'drill_standings.device_id', 'devices.id')
    .leftJoin('drills', 'drills.id', 'drill_standings.damaged_drill')
    .select(['drills.damaged', 'drills.files', 'drills.versions'])
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
    damage:
      row.damaged === null || row.files === null || row.versions === null
        ? undefined
        : { damaged: row.damaged, files: row.files, versions: row.versions },
  }))
}

/** The newest good version of each job, those of the newest first. */
export async function listPlans(db: Queryable, deviceId: Id<'dev'>): Promise<readonly DrillPlan[]> {
  return await db
    .selectFrom('jobs')
    .innerJoin('snapshots', 'snapshots.id', 'jobs.last_good_version')
    .select(['snapshots.id as version', 'jobs.name as job'])
    .where('jobs.device_id', '=', deviceId)
    .orderBy('snapshots.received_at', 'desc')
    .orderBy('snapshots.id')
    .execute()
}

const columns = [
  ...(['id', 'customer_id', 'device_id', 'cause', 'asked_by', 'asked_at', 'state', 'attempts', 'started_at'] as const),
  ...(['ended_at', 'reason', 'detail', 'program', 'versions', 'entries', 'files', 'bytes', 'damaged'] as const),
  ...(['plans', 'files_total', 'read_twice', 'read_twice_bytes', 'untimed'] as const),
] as const

/** Without the evidence, which is long. */
function selectDrills(db: Queryable) {
  return db.selectFrom('drills').select(columns)
}

function toDrill(row: Omit<Selectable<DrillRow>, 'evidence'>): Drill {
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
    counts: countsOf(row),
  }
}

type CountColumns = Pick<DrillRow, 'plans' | 'versions' | 'entries' | 'files' | 'bytes' | 'untimed' | 'damaged'> &
  Pick<DrillRow, 'files_total' | 'read_twice' | 'read_twice_bytes'>

function countColumns({ filesTotal, readTwice, readTwiceBytes, ...same }: DrillCounts): CountColumns {
  return { ...same, files_total: filesTotal, read_twice: readTwice, read_twice_bytes: readTwiceBytes }
}

function countsOf(row: CountColumns): DrillCounts {
  const { plans, versions, entries, files, bytes, untimed, damaged } = row
  const more = { filesTotal: row.files_total, readTwice: row.read_twice, readTwiceBytes: row.read_twice_bytes }
  return { plans, versions, entries, files, bytes, untimed, damaged, ...more }
}

function toStanding(row: DrillStandingRow & { readonly detail: string | null }): DrillStanding {
  return {
    deviceId: row.device_id,
    triedAt: row.tried_at ?? undefined,
    outcome: row.outcome ?? undefined,
    lastDrill: row.last_drill ?? undefined,
    provedAt: row.proved_at ?? undefined,
    provedDrill: row.proved_drill ?? undefined,
    damage:
      row.damaged_at === null || row.damaged_drill === null ? undefined : { atMs: row.damaged_at, drillId: row.damaged_drill },
    notRunDetail: row.outcome === 'not-run' ? (row.detail ?? undefined) : undefined,
  }
}
