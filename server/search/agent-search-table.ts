import { sql } from 'kysely'
import { entryTypes } from '../catalogue/catalogue.ts'
import type { Queryable } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'

/** How a name is searched: folded text (catalogue/fold-name.ts) against folded names. */
export interface NamePattern {
  readonly match: 'exact' | 'prefix' | 'contains'
  readonly folded: Buffer
}

export interface PathPlace {
  readonly folded: Buffer
  readonly pathHash: Buffer
}

/** Paths of a job whose name matches, each once, in the order of the index: by folded name, then by hash. */
export async function findPaths(
  db: Queryable,
  page: {
    readonly jobId: JobId
    /** The newest visible number. */
    readonly version: number
    readonly pattern: NamePattern
    readonly after: PathPlace | undefined
    readonly limit: number
  },
): Promise<readonly PathPlace[]> {
  const { jobId, version, pattern, after, limit } = page
  const { rows } = await sql<{ readonly folded: Buffer; readonly path_hash: Buffer }>`
    SELECT folded, path_hash FROM catalogue
    WHERE job_id = ${jobId} AND from_version <= ${version} AND type <> ${entryTypes.gone} AND ${matches(pattern)}
      ${after === undefined ? sql`` : sql`AND (folded > ${after.folded} OR (folded = ${after.folded} AND path_hash > ${after.pathHash}))`}
    GROUP BY folded, path_hash ORDER BY folded, path_hash LIMIT ${limit}`.execute(db)
  return rows.map((row) => ({ folded: row.folded, pathHash: row.path_hash }))
}

/** Ranges of the index where they will do; only `contains` looks at every name. */
function matches({ match, folded }: NamePattern) {
  switch (match) {
    case 'exact':
      return sql`folded = ${folded}`
    case 'prefix':
      return sql`folded >= ${folded} AND LEFT(folded, ${folded.length}) = ${folded} AND folded < ${endOfPrefix(folded)}`
    case 'contains':
      return sql`INSTR(folded, ${folded}) > 0`
    default:
      return match satisfies never
  }
}

/** UTF-8 holds no byte 0xff: everything that begins with the prefix sorts before this. */
function endOfPrefix(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.from([0xff])])
}

/** The folded name of a path, to go on from it. */
export async function findFolded(db: Queryable, jobId: JobId, pathHash: Buffer): Promise<Buffer | undefined> {
  const row = await db
    .selectFrom('catalogue')
    .select('folded')
    .where('job_id', '=', jobId)
    .where('path_hash', '=', pathHash)
    .where('type', '!=', entryTypes.gone)
    .limit(1)
    .executeTakeFirst()
  return row?.folded
}

export interface TakenVersion {
  readonly id: Id<'snap'>
  readonly takenAt: number
}

/** Versions of a job by their numbers in its catalogue. */
export async function findTaken(
  db: Queryable,
  jobId: JobId,
  numbers: readonly number[],
): Promise<ReadonlyMap<number, TakenVersion>> {
  if (numbers.length === 0) return new Map()
  const rows = await db
    .selectFrom('snapshots')
    .select(['id', 'taken_at', 'catalogue_version'])
    .where('job_id', '=', jobId)
    .where('catalogue_version', 'in', [...new Set(numbers)])
    .execute()
  return new Map(rows.map((row) => [row.catalogue_version ?? 0, { id: row.id, takenAt: row.taken_at }]))
}
