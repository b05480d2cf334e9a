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

/** The newest of each that was checked. `thatReads`: of those that read data, which see what the others do not. */
export async function listNewestChecks(
  db: Queryable,
  question: { readonly repositoryIds: readonly RepositoryId[]; readonly thatReads: boolean },
): Promise<ReadonlyMap<RepositoryId, CheckRecord>> {
  const { repositoryIds, thatReads } = question
  if (repositoryIds.length === 0) return new Map()
  const newest = db
    .selectFrom('checks')
    .select(({ fn }) => fn.max('id').as('id'))
    .where('repository_id', 'in', repositoryIds)
    .$if(thatReads, (query) => query.where('reading', '!=', 'structure'))
    .groupBy('repository_id')
  const rows = await db
    .selectFrom(newest.as('newest'))
    .innerJoin('checks', 'checks.id', 'newest.id')
    .selectAll('checks')
    .execute()
  return new Map(rows.map((row) => [row.repository_id, toRecord(row)]))
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

/** When that live pack was last read whole whose turn is the longest ago; of those that have one. Each walks its index to the first. */
export async function listOldestProofs(
  db: Queryable,
  repositoryIds: readonly RepositoryId[],
): Promise<ReadonlyMap<RepositoryId, number>> {
  if (repositoryIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('repositories')
    .select('repositories.id')
    .select(({ selectFrom }) =>
      selectFrom('packs')
        .select('packs.proved_at')
        .whereRef('packs.repository_id', '=', 'repositories.id')
        .where('packs.proved_at', '>', 0)
        .where('packs.state', 'in', liveStates)
        .orderBy('packs.proved_at')
        .limit(1)
        .as('at'),
    )
    .where('repositories.id', 'in', repositoryIds)
    .execute()
  return new Map(rows.flatMap(({ id, at }) => (at === null ? [] : [[id, at] as const])))
}
