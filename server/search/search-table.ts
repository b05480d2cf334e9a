import { type RawBuilder, sql } from 'kysely'
import { entryTypes } from '../catalogue/catalogue.ts'
import type { Change } from '../catalogue/path-states.ts'
import type { Queryable } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'
import { isOutsideBin } from '../snapshots/snapshots-table.ts'
import type { LiveVersions, SearchScope, SeenIn } from './search.ts'

/** Computers of a customer times what each backs up. */
const maxJobsOfScope = 10_000
const numberBytes = 4
const timeBytes = 8
const liveRowBytes = numberBytes + timeBytes + 1
/** Of one job: more than a version every five minutes for a year. */
const maxLiveVersions = 150_000

export interface JobOfScope {
  readonly jobId: JobId
  readonly deviceId: Id<'dev'>
  readonly computer: string
  readonly job: string
  readonly version: number
}

/** In the order of the computers' numbers. */
export async function listJobsOfScope(db: Queryable, scope: Omit<SearchScope, 'job'>): Promise<readonly JobOfScope[]> {
  let query = db
    .selectFrom('jobs')
    .innerJoin('devices', 'devices.id', 'jobs.device_id')
    .select(['jobs.id', 'jobs.device_id', 'jobs.name', 'jobs.catalogue_version', 'devices.name as computer'])
    .where('devices.customer_id', '=', scope.customerId)
  if (scope.deviceId !== undefined) query = query.where('devices.id', '=', scope.deviceId)
  if (scope.subscriptionId !== undefined) query = query.where('devices.subscription_id', '=', scope.subscriptionId)
  const rows = await query.orderBy('devices.number').orderBy('jobs.id').limit(maxJobsOfScope).execute()
  return rows.map((row) => ({
    jobId: row.id,
    deviceId: row.device_id,
    computer: row.computer,
    job: row.name,
    version: row.catalogue_version,
  }))
}

/**
 * The catalogued versions outside the bin, of each job in one value: fifty computers have ten thousand of them. Where a job has more
 * than `maxEach`, the newest.
 */
export async function listLiveVersions(
  db: Queryable,
  jobIds: readonly JobId[],
  maxEach = maxLiveVersions,
): Promise<ReadonlyMap<JobId, LiveVersions>> {
  if (jobIds.length === 0) return new Map()
  const rows = await db.connection().execute(async (connection) => {
    await sql`SET SESSION group_concat_max_len = ${maxEach * liveRowBytes}`.execute(connection)
    const packed = sql<Buffer>`GROUP_CONCAT(
      CONCAT(UNHEX(LPAD(HEX(catalogue_version), 8, '0')), UNHEX(LPAD(HEX(received_at), 16, '0')), UNHEX(LPAD(is_checkpoint, 2, '0')))
      ORDER BY catalogue_version DESC SEPARATOR '')`
    return connection
      .selectFrom('snapshots')
      .select(['job_id', packed.as('packed')])
      .where('job_id', 'in', jobIds)
      .where('catalogue_version', '>', 0)
      .where(isOutsideBin)
      .groupBy('job_id')
      .execute()
  })
  return new Map(rows.map((row) => [row.job_id, unpack(row.packed)]))
}

/** The newest come first: what is cut off is old. */
function unpack(packed: Buffer): LiveVersions {
  const count = Math.floor(packed.length / liveRowBytes)
  const at = (index: number) => (count - 1 - index) * liveRowBytes
  return {
    numbers: Uint32Array.from({ length: count }, (_, index) => packed.readUInt32BE(at(index))),
    receivedAt: Float64Array.from({ length: count }, (_, index) => Number(packed.readBigInt64BE(at(index) + numberBytes))),
    checkpoints: Uint8Array.from({ length: count }, (_, index) => packed[at(index) + numberBytes + timeBytes]!),
  }
}

export interface PathOfJob {
  readonly jobId: JobId
  readonly pathHash: Buffer
}

export type ChangeOfJob = Change & PathOfJob

export interface PathName {
  readonly parentHash: Buffer
  readonly name: Buffer
}

/** More changes of the paths of one page than this are not looked at: the oldest are left out. */
const maxChangesRead = 100_000

/** Every visible change of some paths, the newest first. */
export async function listChangesOf(db: Queryable, paths: readonly PathOfJob[]): Promise<readonly ChangeOfJob[]> {
  if (paths.length === 0) return []
  const rows = await db
    .selectFrom('catalogue')
    .innerJoin('jobs', 'jobs.id', 'catalogue.job_id')
    .select(['job_id', 'path_hash', 'from_version', 'type', 'size', 'mtime_ns'])
    .where(({ eb, or }) =>
      or(byJob(paths).map(([jobId, hashes]) => eb.and([eb('job_id', '=', jobId), eb('path_hash', 'in', hashes)]))),
    )
    .whereRef('from_version', '<=', 'jobs.catalogue_version')
    .orderBy('from_version', 'desc')
    .limit(maxChangesRead)
    .execute()
  return rows.map((row) => ({
    jobId: row.job_id,
    pathHash: row.path_hash,
    fromVersion: row.from_version,
    type: row.type,
    size: row.size,
    mtimeNs: BigInt(row.mtime_ns),
  }))
}

/** Name and folder of paths, by `pathKey`. The hash is made from both, so they are the same in every version. */
export async function findNamesOf(db: Queryable, paths: readonly PathOfJob[]): Promise<ReadonlyMap<string, PathName>> {
  if (paths.length === 0) return new Map()
  const meant = byJob(paths).map(([jobId, hashes]) => sql`(job_id = ${jobId} AND path_hash IN (${sql.join(hashes)}))`)
  const { rows } = await sql<{
    readonly job_id: JobId
    readonly path_hash: Buffer
    readonly parent_hash: Buffer
    readonly name: Buffer
  }>`
    SELECT job_id, path_hash, MIN(parent_hash) AS parent_hash, MIN(name) AS name FROM catalogue
    WHERE (${joinOr(meant)}) AND type <> ${entryTypes.gone}
    GROUP BY job_id, path_hash`.execute(db)
  return new Map(
    rows.map((row) => [pathKey({ jobId: row.job_id, pathHash: row.path_hash }), { parentHash: row.parent_hash, name: row.name }]),
  )
}

export function pathKey({ jobId, pathHash }: PathOfJob): string {
  return `${jobId}-${pathHash.toString('hex')}`
}

export interface NumberOfJob {
  readonly jobId: JobId
  readonly number: number
}

/** Versions by job and number: `numberKey`. */
export async function findVersionsOf(db: Queryable, wanted: readonly NumberOfJob[]): Promise<ReadonlyMap<string, SeenIn>> {
  if (wanted.length === 0) return new Map()
  const numbers = new Map<JobId, Set<number>>()
  for (const { jobId, number } of wanted) numbers.set(jobId, (numbers.get(jobId) ?? new Set()).add(number))
  const rows = await db
    .selectFrom('snapshots')
    .select(['id', 'job_id', 'catalogue_version', 'received_at'])
    .where(({ eb, or }) =>
      or([...numbers].map(([jobId, of]) => eb.and([eb('job_id', '=', jobId), eb('catalogue_version', 'in', [...of])]))),
    )
    .execute()
  return new Map(
    rows.map((row) => [
      numberKey({ jobId: row.job_id, number: row.catalogue_version ?? 0 }),
      { id: row.id, receivedAt: row.received_at },
    ]),
  )
}

/** Of a version; undefined while the catalogue does not show it. */
export async function findNumber(db: Queryable, id: Id<'snap'>): Promise<number | undefined> {
  const row = await db.selectFrom('snapshots').select('catalogue_version').where('id', '=', id).executeTakeFirst()
  return row?.catalogue_version ?? undefined
}

export function numberKey({ jobId, number }: NumberOfJob): string {
  return `${jobId}-${number}`
}

function byJob(paths: readonly PathOfJob[]): readonly (readonly [JobId, readonly Buffer[]])[] {
  const found = new Map<JobId, Map<string, Buffer>>()
  for (const { jobId, pathHash } of paths)
    found.set(jobId, (found.get(jobId) ?? new Map()).set(pathHash.toString('latin1'), pathHash))
  return [...found].map(([jobId, hashes]) => [jobId, [...hashes.values()]])
}

function joinOr(parts: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return sql.join(parts, sql` OR `)
}
