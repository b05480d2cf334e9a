import { sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'
import { isOutsideBin } from '../snapshots/snapshots-table.ts'
import { entryTypes } from './catalogue.ts'

/** How a name is searched: folded text (fold-name.ts) against folded names. */
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

export interface PathChange {
  readonly pathHash: Buffer
  readonly fromVersion: number
  readonly type: number
  readonly size: number
  readonly mtimeNs: bigint
}

/** More changes of the paths of one page than this are not looked at: the oldest are left out. */
const maxChangesRead = 100_000

/** Every visible change of some paths, by path, the newest first. */
export async function listChanges(
  db: Queryable,
  question: { readonly jobId: JobId; readonly version: number; readonly pathHashes: readonly Buffer[] },
): Promise<readonly PathChange[]> {
  if (question.pathHashes.length === 0) return []
  const rows = await db
    .selectFrom('catalogue')
    .select(['path_hash', 'from_version', 'type', 'size', 'mtime_ns'])
    .where('job_id', '=', question.jobId)
    .where('path_hash', 'in', question.pathHashes)
    .where('from_version', '<=', question.version)
    .orderBy('path_hash')
    .orderBy('from_version', 'desc')
    .limit(maxChangesRead)
    .execute()
  return rows.map((row) => ({
    pathHash: row.path_hash,
    fromVersion: row.from_version,
    type: row.type,
    size: row.size,
    mtimeNs: BigInt(row.mtime_ns),
  }))
}

export interface PathName {
  readonly parentHash: Buffer
  readonly name: Buffer
}

/** Name and folder of paths, by hash (hex). The hash is made from both, so they are the same in every version. */
export async function findNames(
  db: Queryable,
  jobId: JobId,
  pathHashes: readonly Buffer[],
): Promise<ReadonlyMap<string, PathName>> {
  if (pathHashes.length === 0) return new Map()
  const { rows } = await sql<{ readonly path_hash: Buffer; readonly parent_hash: Buffer; readonly name: Buffer }>`
    SELECT path_hash, MIN(parent_hash) AS parent_hash, MIN(name) AS name FROM catalogue
    WHERE job_id = ${jobId} AND path_hash IN (${sql.join(pathHashes)}) AND type <> ${entryTypes.gone}
    GROUP BY path_hash`.execute(db)
  return new Map(rows.map((row) => [row.path_hash.toString('hex'), { parentHash: row.parent_hash, name: row.name }]))
}

export interface SeenVersion {
  readonly id: Id<'snap'>
  readonly takenAt: number
}

/** The first or last live version whose number lies in [from, before); what is in the bin is not searched. */
export async function findVersionWithin(
  db: Queryable,
  range: { readonly jobId: JobId; readonly from: number; readonly before: number; readonly side: 'first' | 'last' },
): Promise<SeenVersion | undefined> {
  const row = await db
    .selectFrom('snapshots')
    .select(['id', 'taken_at'])
    .where('job_id', '=', range.jobId)
    .where('catalogue_version', '>=', range.from)
    .where('catalogue_version', '<', range.before)
    .where(isOutsideBin)
    .orderBy('catalogue_version', range.side === 'first' ? 'asc' : 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && { id: row.id, takenAt: row.taken_at }
}
