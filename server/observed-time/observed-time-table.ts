import type { Queryable, Transaction } from '../database/database.ts'
import type { ObservedTime } from './observed-time.ts'

export interface ObservedTimeRow {
  readonly id: number
  readonly observed_ms: number
  readonly ticked_at: number
  readonly agreed_at: number | null
  readonly agreed_observed_ms: number | null
  readonly jumped_at: number | null
  readonly jumped_from: number | null
  readonly agreeing_ms: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly observed_time: ObservedTimeRow
  }
}

const onlyRow = 1

export async function findReading(db: Queryable): Promise<ObservedTime | undefined> {
  return toReading(await selectReading(db).executeTakeFirst())
}

/** Held until the transaction ends. */
export async function findReadingLocked(transaction: Transaction): Promise<ObservedTime | undefined> {
  return toReading(await selectReading(transaction).forUpdate().executeTakeFirst())
}

export async function saveReading(db: Queryable, reading: ObservedTime): Promise<void> {
  const values = {
    observed_ms: reading.observedMs,
    ticked_at: reading.tickedAt,
    agreed_at: reading.agreement?.clockMs ?? null,
    agreed_observed_ms: reading.agreement?.observedMs ?? null,
    jumped_at: reading.jump?.noticedAt ?? null,
    jumped_from: reading.jump?.expectedAt ?? null,
    agreeing_ms: reading.agreeingMs,
  }
  await db
    .insertInto('observed_time')
    .values({ id: onlyRow, ...values })
    .onDuplicateKeyUpdate(values)
    .execute()
}

/** Observed milliseconds as of the last tick; inside a transaction that needs no more than the number. */
export async function readObservedTime(db: Queryable): Promise<number> {
  const row = await db.selectFrom('observed_time').select('observed_ms').where('id', '=', onlyRow).executeTakeFirst()
  return row?.observed_ms ?? 0
}

function selectReading(db: Queryable) {
  return db.selectFrom('observed_time').selectAll().where('id', '=', onlyRow)
}

function toReading(row: ObservedTimeRow | undefined): ObservedTime | undefined {
  if (row === undefined) return undefined
  const { agreed_at, agreed_observed_ms, jumped_at, jumped_from } = row
  return {
    observedMs: row.observed_ms,
    tickedAt: row.ticked_at,
    agreement:
      agreed_at === null || agreed_observed_ms === null ? undefined : { clockMs: agreed_at, observedMs: agreed_observed_ms },
    jump: jumped_at === null || jumped_from === null ? undefined : { noticedAt: jumped_at, expectedAt: jumped_from },
    agreeingMs: row.agreeing_ms,
  }
}
