/** The durable queue of what leaves the box: adding to it, and what people do with what does not get through. */
import { createHash } from 'node:crypto'
import type { ActingAs, AuditAction } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { maxTitleCharacters, maxWaiting, type NewItem, type OutboxChannel, type OutboxItem, type OutboxState } from './outbox.ts'
import { OutboxError } from './outbox-error.ts'
import type { OutboxKey } from './outbox-key.ts'
import * as table from './outbox-table.ts'
import { givenUpKeptMs, sentKeptMs } from './retry.ts'

export interface OutboxService {
  /** In the caller's transaction; nothing but SQL. */
  readonly add: (transaction: Transaction, item: NewItem) => Promise<void>
  readonly counts: () => Promise<table.StateCounts>
  /** Newest first, from below the item `before`. */
  readonly list: (asked: {
    readonly state: OutboxState
    readonly before: { readonly createdAt: number; readonly itemId: string } | undefined
    readonly limit: number
  }) => Promise<readonly OutboxItem[]>
  /** Now, whatever it waited for. Throws OutboxError `not-found`, `words-gone`. */
  readonly retry: (itemId: Id<'ltr'>, actingAs: ActingAs) => Promise<void>
  /** It is not sent any more. Throws OutboxError `not-found`. */
  readonly drop: (itemId: Id<'ltr'>, actingAs: ActingAs) => Promise<void>
  /** What waits in the channel is tried now: its way was mended. */
  readonly hurry: (channel: OutboxChannel) => Promise<void>
  readonly dropOfWebhook: (transaction: Transaction, webhookId: Id<'whk'>) => Promise<void>
  /** Lets go of what ended long ago. */
  readonly sweep: () => Promise<{ readonly swept: number }>
}

const sweptAtOnce = 1000
/** In one round; the next one goes on. */
const sweepRounds = 100

export function createOutbox(options: {
  readonly database: Database
  readonly key: OutboxKey
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}): OutboxService {
  const { database, key, clock, randomness, log } = options
  const { kysely } = database

  const audit = (transaction: Transaction, action: AuditAction, item: OutboxItem, actingAs: ActingAs) =>
    insertAudit(transaction, {
      ...actingAs,
      at: clock.now(),
      action,
      objectId: item.itemId,
      ...(item.customerId === undefined ? {} : { customerId: item.customerId }),
      detail: { to: item.recipient, title: item.title },
    })

  const sweepState = async (state: OutboxState, keptMs: number): Promise<number> => {
    let swept = 0
    for (let round = 0; round < sweepRounds; round += 1) {
      const gone = await table.sweepEnded(kysely, { state, endedBefore: clock.now() - keptMs, limit: sweptAtOnce })
      swept += gone
      if (gone < sweptAtOnce) break
    }
    return swept
  }

  return {
    add: async (transaction, item) => {
      if (await table.isFull(transaction, maxWaiting)) {
        log.error({ channel: item.channel, title: item.title }, 'too much waits to be sent; this is not taken')
        return
      }
      const itemId = newId('ltr', randomness)
      const { channel, customerId, webhookId, recipient, recipientName } = item
      await table.insertItem(transaction, {
        itemId,
        channel,
        customerId,
        webhookId,
        recipient,
        recipientName,
        title: [...item.title].slice(0, maxTitleCharacters).join(''),
        sealed: key.seal(Buffer.from(JSON.stringify(item.content)), { purpose: 'outbox', slotId: itemId }),
        dedupe: dedupeOf(item, itemId),
        createdAt: clock.now(),
      })
    },
    counts: () => table.countStates(kysely),
    list: (asked) => table.listItems(kysely, asked),
    retry: (itemId, actingAs) =>
      database.transaction(async (tx) => {
        const item = await table.findItem(tx, itemId)
        if (item === undefined || item.state === 'sent') throw notFound()
        if (item.state === 'waiting') await table.hurryItem(tx, itemId, clock.now())
        else if (!(await table.beginAgain(tx, itemId, clock.now())))
          throw new OutboxError('words-gone', 'What it said is not there any more.')
        await audit(tx, 'outbox.retried', item, actingAs)
      }),
    drop: (itemId, actingAs) =>
      database.transaction(async (tx) => {
        const item = await table.findItem(tx, itemId)
        if (item === undefined || !(await table.dropItem(tx, itemId))) throw notFound()
        await audit(tx, 'outbox.dropped', item, actingAs)
      }),
    hurry: (channel) => table.hurryChannel(kysely, channel, clock.now()),
    dropOfWebhook: (transaction, webhookId) => table.dropWaitingOfWebhook(transaction, webhookId),
    sweep: async () => ({ swept: (await sweepState('sent', sentKeptMs)) + (await sweepState('given-up', givenUpKeptMs)) }),
  }
}

function dedupeOf({ channel, recipient, dedupeKey }: NewItem, itemId: string): Buffer {
  const parts = [channel, recipient.toLowerCase(), dedupeKey ?? `once:${itemId}`]
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}

function notFound(): OutboxError {
  return new OutboxError('not-found', 'It is not there any more: it was sent, or dropped.')
}
