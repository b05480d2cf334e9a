import { sql } from 'kysely'
import type { Database, Transaction } from '../database/database.ts'

export interface CounterRow {
  readonly name: string
  readonly last_number: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly counters: CounterRow
  }
}

/** The next number for people to use (`C-000001`): without gaps, because it is taken back with the transaction. */
export async function nextNumber(transaction: Transaction, counter: 'customers' | 'devices'): Promise<number> {
  await transaction
    .insertInto('counters')
    .values({ name: counter, last_number: 1 })
    .onDuplicateKeyUpdate({ last_number: sql`last_number + 1` })
    .execute()
  const row = await transaction.selectFrom('counters').select('last_number').where('name', '=', counter).executeTakeFirstOrThrow()
  return row.last_number
}

/** After rows came from elsewhere: no number that somebody has is given a second time. */
export async function raiseNumbers(database: Database): Promise<void> {
  for (const name of ['customers', 'devices'] as const) {
    await database.transaction(async (tx) => {
      const { highest } = await tx
        .selectFrom(name)
        .select(({ fn }) => fn.max<number | null>('number').as('highest'))
        .executeTakeFirstOrThrow()
      if (highest === null) return
      await tx
        .insertInto('counters')
        .values({ name, last_number: highest })
        .onDuplicateKeyUpdate({ last_number: sql`GREATEST(last_number, ${highest})` })
        .execute()
    })
  }
}
