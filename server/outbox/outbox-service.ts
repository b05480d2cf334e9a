/** The durable queue of what leaves the box. */
import { createHash } from 'node:crypto'
import type { Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { newId } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { maxTitleCharacters, maxWaiting, type NewItem } from './outbox.ts'
import type { OutboxKey } from './outbox-key.ts'
import * as table from './outbox-table.ts'

export interface OutboxService {
  /** In the caller's transaction; nothing but SQL. */
  readonly add: (transaction: Transaction, item: NewItem) => Promise<void>
}

export function createOutbox(options: {
  readonly key: OutboxKey
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
}): OutboxService {
  const { key, clock, randomness, log } = options
  return {
    add: async (transaction, item) => {
      if (await table.isFull(transaction, maxWaiting)) {
        log.error({ channel: item.channel, title: item.title }, 'too much waits to be sent; this is not taken')
        return
      }
      const itemId = newId('ltr', randomness)
      const { channel, customerId, recipient, recipientName } = item
      await table.insertItem(transaction, {
        itemId,
        channel,
        customerId,
        recipient,
        recipientName,
        title: [...item.title].slice(0, maxTitleCharacters).join(''),
        sealed: key.seal(Buffer.from(JSON.stringify(item.content)), { purpose: 'outbox', slotId: itemId }),
        dedupe: dedupeOf(item, itemId),
        createdAt: clock.now(),
      })
    },
  }
}

function dedupeOf({ channel, recipient, dedupeKey }: NewItem, itemId: string): Buffer {
  const parts = [channel, recipient.toLowerCase(), dedupeKey ?? `once:${itemId}`]
  return createHash('sha256').update(JSON.stringify(parts)).digest()
}
