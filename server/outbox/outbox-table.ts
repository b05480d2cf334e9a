import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { OutboxChannel, OutboxState } from './outbox.ts'

export interface OutboxRow {
  readonly id: Id<'ltr'>
  readonly channel: OutboxChannel
  readonly customer_id: Id<'cus'> | null
  readonly recipient: string
  readonly recipient_name: string
  readonly title: string
  readonly sealed: Buffer | null
  readonly dedupe: Buffer
  readonly state: OutboxState
  readonly attempts: number
  readonly due_at: number
  readonly created_at: number
  readonly ended_at: number | null
  readonly last_answer: string | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly outbox: OutboxRow
  }
}

export interface InsertedItem {
  readonly itemId: Id<'ltr'>
  readonly channel: OutboxChannel
  readonly customerId: Id<'cus'> | undefined
  readonly recipient: string
  readonly recipientName: string
  readonly title: string
  readonly sealed: Buffer
  readonly dedupe: Buffer
  readonly createdAt: number
}

/** Does nothing when there is one of the same key. */
export async function insertItem(db: Queryable, item: InsertedItem): Promise<void> {
  await db
    .insertInto('outbox')
    .values({
      id: item.itemId,
      channel: item.channel,
      customer_id: item.customerId ?? null,
      recipient: item.recipient,
      recipient_name: item.recipientName,
      title: item.title,
      sealed: item.sealed,
      dedupe: item.dedupe,
      state: 'waiting',
      attempts: 0,
      due_at: item.createdAt,
      created_at: item.createdAt,
      ended_at: null,
      last_answer: null,
    })
    .onDuplicateKeyUpdate({ dedupe: item.dedupe })
    .execute()
}

/** Whether so many wait already; counts no further than that. */
export async function isFull(db: Queryable, maxWaiting: number): Promise<boolean> {
  const query = db
    .selectFrom('outbox')
    .select('id')
    .where('state', '=', 'waiting')
    .limit(1)
    .offset(maxWaiting - 1)
  return (await query.executeTakeFirst()) !== undefined
}
