/** The catalogue's rows as the index takes them: thousands in one value, so that reading them costs the main thread next to nothing. */
import { type RawBuilder, sql } from 'kysely'
import { pathHashBytes } from '../catalogue/path-hash.ts'
import type { Queryable } from '../database/database.ts'

export interface PackedRows {
  readonly rows: Buffer
  readonly count: number
}

const secondsMax = 0xffff_ffff

/** In the layout of row-page.ts. */
const packed = sql`path_hash, parent_hash, UNHEX(LPAD(HEX(from_version), 8, '0')), UNHEX(LPAD(HEX(type), 2, '0')),
  UNHEX(LPAD(HEX(size), 16, '0')), UNHEX(LPAD(HEX(LEAST(GREATEST(mtime_ns DIV 1000000000, 0), ${sql.lit(secondsMax)})), 8, '0')),
  UNHEX(LPAD(HEX(LENGTH(folded)), 4, '0')), folded`

/**
 * The rows of the paths whose hashes begin with `from` up to, not including, `before` (32 bits), path by path. The answer may be cut
 * short by the database's limits: fewer rows than were counted.
 */
export async function readPackedRange(
  db: Queryable,
  range: { readonly jobId: number; readonly version: number; readonly from: number; readonly before: number },
): Promise<PackedRows> {
  const until = range.before > 0xffff_ffff ? sql`` : sql`AND path_hash < ${hashFrom(range.before)}`
  return readPacked(
    db,
    sql`job_id = ${range.jobId} AND path_hash >= ${hashFrom(range.from)} ${until} AND from_version <= ${range.version}`,
    sql`path_hash, from_version`,
  )
}

/** What versions after one brought, in their order; undefined when that is more than `limit` rows. */
export async function readPackedSince(
  db: Queryable,
  range: { readonly jobId: number; readonly after: number; readonly version: number; readonly limit: number },
): Promise<PackedRows | undefined> {
  const { jobId, after, version, limit } = range
  const isMeant = sql`job_id = ${jobId} AND from_version > ${after} AND from_version <= ${version}`
  const { rows } = await sql<{ readonly count: number }>`
    SELECT COUNT(*) AS count FROM (SELECT 1 AS one FROM catalogue WHERE ${isMeant} LIMIT ${limit + 1}) AS some`.execute(db)
  if ((rows[0]?.count ?? 0) > limit) return undefined
  return readPacked(db, isMeant, sql`from_version, path_hash`)
}

/** What one answer may hold. Longer ones are cut, and noticed. */
const packedMaxBytes = 8 * 1024 ** 2

async function readPacked(db: Queryable, isMeant: RawBuilder<unknown>, order: RawBuilder<unknown>): Promise<PackedRows> {
  const [row] = await db.connection().execute(async (connection) => {
    await sql`SET SESSION group_concat_max_len = ${packedMaxBytes}`.execute(connection)
    const { rows } = await sql<{ readonly packed: Buffer | null; readonly count: number }>`
      SELECT GROUP_CONCAT(CONCAT(${packed}) ORDER BY ${order} SEPARATOR '') AS packed, COUNT(*) AS count
      FROM catalogue WHERE ${isMeant}`.execute(connection)
    return rows
  })
  return { rows: row?.packed ?? Buffer.alloc(0), count: row?.count ?? 0 }
}

function hashFrom(prefix: number): Buffer {
  const hash = Buffer.alloc(pathHashBytes)
  hash.writeUInt32BE(prefix)
  return hash
}
