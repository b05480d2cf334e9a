import { sql } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { maxAnswerCharacters, type OutboxChannel, type OutboxItem, type OutboxState } from './outbox.ts'

export interface OutboxRow {
  readonly id: Id<'ltr'>
  readonly channel: OutboxChannel
  readonly customer_id: Id<'cus'> | null
  readonly webhook_id: Id<'whk'> | null
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
  readonly webhookId: Id<'whk'> | undefined
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
      webhook_id: item.webhookId ?? null,
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

export interface SealedItem extends OutboxItem {
  readonly sealed: Buffer | undefined
}

/** Those whose time has come; who waits longest comes first. */
export async function listDue(
  db: Queryable,
  asked: { readonly nowMs: number; readonly limit: number },
): Promise<readonly SealedItem[]> {
  const rows = await db
    .selectFrom('outbox')
    .selectAll()
    .where('state', '=', 'waiting')
    .where('due_at', '<=', asked.nowMs)
    .orderBy('due_at')
    .orderBy('created_at')
    .orderBy('id')
    .limit(asked.limit)
    .execute()
  return rows.map((row) => ({ ...toItem(row), sealed: row.sealed ?? undefined }))
}

type Ended = { readonly itemId: Id<'ltr'>; readonly attempts: number; readonly answer: string; readonly atMs: number }

/** What it said is not kept. */
export async function markSent(db: Queryable, { itemId, attempts, answer, atMs }: Ended): Promise<void> {
  const set = { state: 'sent', sealed: null, attempts, ended_at: atMs, last_answer: cut(answer) } as const
  await db.updateTable('outbox').set(set).where('id', '=', itemId).execute()
}

/** It stays whole, in case somebody has it tried again. One that was dropped meanwhile stays dropped. */
export async function markGivenUp(db: Queryable, { itemId, attempts, answer, atMs }: Ended): Promise<void> {
  const set = { state: 'given-up', attempts, ended_at: atMs, last_answer: cut(answer) } as const
  await db.updateTable('outbox').set(set).where('id', '=', itemId).where('state', '=', 'waiting').execute()
}

export async function putOff(
  db: Queryable,
  item: { readonly itemId: Id<'ltr'>; readonly attempts: number; readonly answer: string; readonly dueAt: number },
): Promise<void> {
  const set = { attempts: item.attempts, due_at: item.dueAt, last_answer: cut(item.answer) }
  await db.updateTable('outbox').set(set).where('id', '=', item.itemId).where('state', '=', 'waiting').execute()
}

/** What else is due in the channel waits as long as the one that met a closed way. */
export async function putOffChannel(
  db: Queryable,
  { channel, nowMs, dueAt }: { readonly channel: OutboxChannel; readonly nowMs: number; readonly dueAt: number },
): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ due_at: dueAt })
    .where('state', '=', 'waiting')
    .where('channel', '=', channel)
    .where('due_at', '<=', nowMs)
    .execute()
}

/** After somebody mended the way. */
export async function hurryChannel(db: Queryable, channel: OutboxChannel, nowMs: number): Promise<void> {
  await db
    .updateTable('outbox')
    .set({ due_at: nowMs })
    .where('state', '=', 'waiting')
    .where('channel', '=', channel)
    .where('due_at', '>', nowMs)
    .execute()
}

/** Begins anew. False: there is no such one that was given up, or its words are gone. */
export async function beginAgain(db: Queryable, itemId: Id<'ltr'>, nowMs: number): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable('outbox')
    .set({ state: 'waiting', attempts: 0, due_at: nowMs, created_at: nowMs, ended_at: null })
    .where('id', '=', itemId)
    .where('state', '=', 'given-up')
    .where('sealed', 'is not', null)
    .executeTakeFirstOrThrow()
  return numUpdatedRows === 1n
}

/** For one that waits: now. */
export async function hurryItem(db: Queryable, itemId: Id<'ltr'>, nowMs: number): Promise<void> {
  await db.updateTable('outbox').set({ due_at: nowMs }).where('id', '=', itemId).where('state', '=', 'waiting').execute()
}

/** False: there is none, or it was sent. */
export async function dropItem(db: Queryable, itemId: Id<'ltr'>): Promise<boolean> {
  const { numDeletedRows } = await db
    .deleteFrom('outbox')
    .where('id', '=', itemId)
    .where('state', '!=', 'sent')
    .executeTakeFirstOrThrow()
  return numDeletedRows === 1n
}

export async function dropWaitingOfWebhook(db: Queryable, webhookId: Id<'whk'>): Promise<void> {
  await db.deleteFrom('outbox').where('webhook_id', '=', webhookId).where('state', '!=', 'sent').execute()
}

export async function findItem(db: Queryable, itemId: Id<'ltr'>): Promise<OutboxItem | undefined> {
  const row = await db.selectFrom('outbox').selectAll().where('id', '=', itemId).executeTakeFirst()
  return row && toItem(row)
}

export type StateCounts = Readonly<Record<OutboxState, number>>

export async function countStates(db: Queryable): Promise<StateCounts> {
  const rows = await db
    .selectFrom('outbox')
    .select(({ fn }) => ['state', fn.countAll<number>().as('count')])
    .groupBy('state')
    .execute()
  const counts = { waiting: 0, sent: 0, 'given-up': 0 }
  for (const { state, count } of rows) counts[state] = count
  return counts
}

/** Newest first; `before`: the time and id of the last one on the page before. */
export async function listItems(
  db: Queryable,
  asked: {
    readonly state: OutboxState
    readonly before: { readonly createdAt: number; readonly itemId: string } | undefined
    readonly limit: number
  },
): Promise<readonly OutboxItem[]> {
  const { state, before, limit } = asked
  let query = db.selectFrom('outbox').selectAll().where('state', '=', state)
  if (before !== undefined) {
    query = query.where((where) =>
      where.or([
        where('created_at', '<', before.createdAt),
        where.and([where('created_at', '=', before.createdAt), where('id', '<', before.itemId as Id<'ltr'>)]),
      ]),
    )
  }
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(toItem)
}

/** What does not get through by the mail server, or to one program. */
export interface Stuck {
  readonly channel: OutboxChannel
  readonly webhookId: Id<'whk'> | undefined
  readonly customerId: Id<'cus'> | undefined
  readonly givenUp: number
  /** Since when the oldest one waits that was tried and not taken; undefined: none does. */
  readonly waitsSince: number | undefined
  readonly lastAnswer: string
}

export async function listStuck(db: Queryable): Promise<readonly Stuck[]> {
  const { rows } = await sql<StuckRow>`
    SELECT channel, webhook_id, MAX(IF(webhook_id IS NULL, NULL, customer_id)) AS customer_id,
      SUM(state = 'given-up') AS given_up, MIN(IF(state = 'waiting', created_at, NULL)) AS waits_since,
      MAX(last_answer) AS last_answer
    FROM outbox WHERE state IN ('waiting', 'given-up') AND last_answer IS NOT NULL
    GROUP BY channel, webhook_id`.execute(db)
  return rows.map((row) => ({
    channel: row.channel,
    webhookId: row.webhook_id ?? undefined,
    customerId: row.customer_id ?? undefined,
    givenUp: Number(row.given_up),
    waitsSince: row.waits_since ?? undefined,
    lastAnswer: row.last_answer,
  }))
}

interface StuckRow {
  readonly channel: OutboxChannel
  readonly webhook_id: Id<'whk'> | null
  readonly customer_id: Id<'cus'> | null
  readonly given_up: number
  readonly waits_since: number | null
  readonly last_answer: string
}

/** The oldest ended ones that nobody needs to see any more. Returns how many went. */
export async function sweepEnded(
  db: Queryable,
  { state, endedBefore, limit }: { readonly state: OutboxState; readonly endedBefore: number; readonly limit: number },
): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom('outbox')
    .where('state', '=', state)
    .where('ended_at', '<', endedBefore)
    .orderBy('ended_at')
    .limit(limit)
    .executeTakeFirstOrThrow()
  return Number(numDeletedRows)
}

function toItem(row: OutboxRow): OutboxItem {
  return {
    itemId: row.id,
    channel: row.channel,
    customerId: row.customer_id ?? undefined,
    webhookId: row.webhook_id ?? undefined,
    recipient: row.recipient,
    recipientName: row.recipient_name,
    title: row.title,
    state: row.state,
    attempts: row.attempts,
    dueAt: row.due_at,
    createdAt: row.created_at,
    endedAt: row.ended_at ?? undefined,
    lastAnswer: row.last_answer ?? undefined,
  }
}

function cut(answer: string): string {
  return [...answer].slice(0, maxAnswerCharacters).join('')
}
