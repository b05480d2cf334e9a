import type { Generated } from 'kysely'
import type { Database, Queryable } from '../database/database.ts'
import { livePackStates, packStates } from '../packs/pack.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import { type CheckFacts, type CheckRecord, listedInFacts } from './check-record.ts'
import { checkReadings } from './plan-reading.ts'

export interface CheckRow {
  readonly id: Generated<number>
  readonly repository_id: RepositoryId
  readonly reading: string
  readonly started_at: number
  readonly ended_at: number
  readonly packs: number
  readonly bytes: number
  readonly read_bytes: number
  readonly records: number
  readonly versions: number
  readonly damage: number
  readonly damaged_versions: number
  /** JSON of CheckFacts. */
  readonly report: string
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly checks: CheckRow
  }
}

/** Of each repository. */
const checksKept = 30

export async function saveCheck(database: Database, repositoryId: RepositoryId, check: CheckRecord): Promise<void> {
  await database.transaction(async (tx) => {
    await tx
      .insertInto('checks')
      .values({
        repository_id: repositoryId,
        reading: check.reading,
        started_at: check.startedAt,
        ended_at: check.endedAt,
        packs: check.packs,
        bytes: check.bytes,
        read_bytes: check.readBytes,
        records: check.records,
        versions: check.versions,
        damage: check.damageCount,
        damaged_versions: check.damagedVersions,
        report: JSON.stringify(check.facts),
      })
      .execute()
    const old = await tx
      .selectFrom('checks')
      .select('id')
      .where('repository_id', '=', repositoryId)
      .orderBy('id', 'desc')
      .offset(checksKept)
      .limit(checksKept)
      .execute()
    if (old.length > 0)
      await tx
        .deleteFrom('checks')
        .where(
          'id',
          'in',
          old.map(({ id }) => id).toSorted((a, b) => a - b),
        )
        .execute()
  })
}

/** The newest; undefined while there was none. `thatReads`: of those that read data, which see what the others do not. */
export async function findNewestCheck(
  db: Queryable,
  question: { readonly repositoryId: RepositoryId; readonly thatReads: boolean },
): Promise<CheckRecord | undefined> {
  let query = db.selectFrom('checks').selectAll().where('repository_id', '=', question.repositoryId)
  if (question.thatReads) query = query.where('reading', '!=', 'structure')
  const row = await query.orderBy('id', 'desc').limit(1).executeTakeFirst()
  return row && toRecord(row)
}

function toRecord(row: Omit<CheckRow, 'id'>): CheckRecord {
  return {
    reading: checkReadings.find((reading) => reading === row.reading) ?? 'structure',
    startedAt: row.started_at,
    endedAt: row.ended_at,
    packs: row.packs,
    bytes: row.bytes,
    readBytes: row.read_bytes,
    records: row.records,
    versions: row.versions,
    damageCount: row.damage,
    damagedVersions: row.damaged_versions,
    facts: listedInFacts(JSON.parse(row.report) as CheckFacts),
  }
}

const liveStates = livePackStates.map((name) => packStates[name])

/** When that live pack was last read whole whose turn is the longest ago; undefined while none was. */
export async function findOldestProof(db: Queryable, repositoryId: RepositoryId): Promise<number | undefined> {
  const row = await db
    .selectFrom('packs')
    .select(({ fn }) => fn.min<number | null>('proved_at').as('at'))
    .where('repository_id', '=', repositoryId)
    .where('proved_at', '>', 0)
    .where('state', 'in', liveStates)
    .executeTakeFirstOrThrow()
  return row.at ?? undefined
}
