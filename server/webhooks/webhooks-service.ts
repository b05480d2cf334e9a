/** Programs that are told: who is, what they are told, and the test of one. Events go out by the outbox. */
import type { ActingAs, AuditAction } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Carrier, Delivery } from '../outbox/outbox.ts'
import type { OutboxKey } from '../outbox/outbox-key.ts'
import type { OutboxService } from '../outbox/outbox-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { findSetting, putSetting, removeSetting } from '../settings/settings-table.ts'
import type { CallResult, CallUrl } from './call-url.ts'
import { signatureOf } from './signature.ts'
import { maxWebhooks, parseWebhookUrl, type Webhook, WebhookError, type WebhookEvent } from './webhook.ts'
import * as table from './webhooks-table.ts'

export interface WebhooksService {
  /** Of a customer; undefined: of the box. */
  readonly list: (customerId: Id<'cus'> | undefined) => Promise<readonly Webhook[]>
  /** The secret is shown this once. Throws WebhookError `invalid-url`, `too-many`. */
  readonly add: (
    webhook: { readonly customerId: Id<'cus'> | undefined; readonly url: string },
    actingAs: ActingAs,
  ) => Promise<{ readonly webhook: Webhook; readonly secret: string }>
  /** All three throw WebhookError `not-found`, for another customer's too. */
  readonly setActive: (of: WebhookOf, isActive: boolean, actingAs: ActingAs) => Promise<void>
  readonly remove: (of: WebhookOf, actingAs: ActingAs) => Promise<void>
  /** Calls it at once, past the queue. */
  readonly test: (of: WebhookOf) => Promise<CallResult>
  /** To the customer's programs and those of the box; in the caller's transaction. */
  readonly emit: (transaction: Transaction, event: WebhookEvent) => Promise<void>
  readonly mayBePrivate: () => Promise<boolean>
  readonly allowPrivate: (isAllowed: boolean, actingAs: ActingAs) => Promise<void>
}

export interface WebhookOf {
  readonly webhookId: Id<'whk'>
  readonly customerId: Id<'cus'> | undefined
}

const secretBytes = 32
const gone = 410

export function createWebhooks(options: {
  readonly database: Database
  readonly key: OutboxKey
  readonly outbox: Pick<OutboxService, 'add' | 'dropOfWebhook'>
  readonly clock: Clock
  readonly randomness: Randomness
  readonly callUrl: CallUrl
}): { readonly webhooks: WebhooksService; readonly carrier: Carrier } {
  const { database, key, outbox, clock, randomness, callUrl } = options
  const { kysely } = database

  const mayBePrivate = async () => (await findSetting(kysely, 'webhooks.private')) !== undefined
  const get = async ({ webhookId, customerId }: WebhookOf): Promise<table.StoredWebhook> => {
    const found = await table.findWebhook(kysely, webhookId)
    if (found === undefined || found.customerId !== customerId) throw new WebhookError('not-found', 'There is no such program.')
    return found
  }
  const audit = (tx: Transaction, action: AuditAction, { webhookId, customerId, url }: Webhook, actingAs: ActingAs) =>
    insertAudit(tx, {
      ...actingAs,
      at: clock.now(),
      action,
      objectId: webhookId,
      ...(customerId === undefined ? {} : { customerId }),
      detail: { host: new URL(url).host },
    })

  const call = async (
    webhook: table.StoredWebhook,
    event: { readonly id: string; readonly type: string; readonly body: string },
  ) => {
    const secret = key.unseal(webhook.sealedSecret, { purpose: 'webhook-secret', slotId: webhook.webhookId })
    if (secret === undefined)
      return { kind: 'failed', words: 'Its secret does not open any more. Remove it, and add it again.' } as const
    return callUrl({
      url: webhook.url,
      method: 'POST',
      body: event.body,
      headers: {
        'content-type': 'application/json',
        'holdfast-event': event.type,
        'holdfast-delivery': event.id,
        'holdfast-signature': signatureOf({ secret: secret.toString('utf8'), body: event.body, nowMs: clock.now() }),
      },
      mayBePrivate: webhook.customerId === undefined || (await mayBePrivate()),
    })
  }

  const webhooks: WebhooksService = {
    list: (customerId) => table.listWebhooks(kysely, customerId),
    mayBePrivate,
    allowPrivate: (isAllowed, actingAs) =>
      database.transaction(async (tx) => {
        const at = clock.now()
        if (isAllowed) await putSetting(tx, 'webhooks.private', 'allowed', at)
        else await removeSetting(tx, 'webhooks.private')
        await insertAudit(tx, { ...actingAs, at, action: 'webhook.changed', detail: { mayBePrivate: isAllowed } })
      }),
    add: async ({ customerId, url }, actingAs) => {
      const secret = randomness.bytes(secretBytes).toString('base64url')
      const webhookId = newId('whk', randomness)
      const webhook = { webhookId, customerId, url: parseWebhookUrl(url), isActive: true, createdAt: clock.now() }
      const sealedSecret = key.seal(Buffer.from(secret), { purpose: 'webhook-secret', slotId: webhookId })
      await database.transaction(async (tx) => {
        if ((await table.listWebhooks(tx, customerId)).length >= maxWebhooks)
          throw new WebhookError('too-many', `There are ${maxWebhooks} programs already. Remove one first.`)
        await table.insertWebhook(tx, { ...webhook, sealedSecret })
        await audit(tx, 'webhook.added', webhook, actingAs)
      })
      return { webhook, secret }
    },
    setActive: async (of, isActive, actingAs) => {
      const webhook = await get(of)
      await database.transaction(async (tx) => {
        await table.setWebhookActive(tx, webhook.webhookId, isActive)
        if (!isActive) await outbox.dropOfWebhook(tx, webhook.webhookId)
        await audit(tx, 'webhook.changed', webhook, actingAs)
      })
    },
    remove: async (of, actingAs) => {
      const webhook = await get(of)
      await database.transaction(async (tx) => {
        await outbox.dropOfWebhook(tx, webhook.webhookId)
        await table.deleteWebhook(tx, webhook.webhookId)
        await audit(tx, 'webhook.removed', webhook, actingAs)
      })
    },
    test: async (of) => {
      const webhook = await get(of)
      const id = newId('ltr', randomness)
      return call(webhook, { id, type: 'test', body: bodyOf(id, testEvent(webhook, clock.now())) })
    },
    emit: async (tx, event) => {
      const own = event.customerId === undefined ? [] : await table.listWebhooks(tx, event.customerId)
      for (const { webhookId, customerId, url, isActive } of [...own, ...(await table.listWebhooks(tx, undefined))]) {
        if (!isActive) continue
        const { dedupeKey, ...content } = event
        await outbox.add(tx, {
          channel: 'webhook',
          customerId,
          webhookId,
          recipient: url,
          recipientName: '',
          title: event.type,
          content,
          dedupeKey: `${webhookId}:${dedupeKey}`,
        })
      }
    },
  }

  const carrier: Carrier = {
    open: async () => {
      // One that does not answer is not asked again in the same round.
      const failed = new Map<Id<'whk'>, Delivery>()
      return {
        deliver: async ({ itemId, webhookId, title }, content) => {
          const webhook = webhookId && (await table.findWebhook(kysely, webhookId))
          if (webhook === undefined || webhookId === undefined)
            return { kind: 'failed', because: 'permanent', answer: 'The program was removed.' }
          const before = failed.get(webhookId)
          if (before !== undefined) return before
          const delivery = deliveryOf(await call(webhook, { id: itemId, type: title, body: bodyOf(itemId, content as object) }))
          if (delivery.kind === 'failed') failed.set(webhookId, delivery)
          return delivery
        },
        close: () => {},
      }
    },
  }
  return { webhooks, carrier }
}

function testEvent({ customerId }: Webhook, at: number): Omit<WebhookEvent, 'dedupeKey'> {
  return { type: 'test', customerId, at, data: { message: 'Somebody pressed the test button.' } }
}

function bodyOf(id: string, event: object): string {
  const { type, customerId, at, data } = event as WebhookEvent
  return JSON.stringify({ id, type, at: new Date(at).toISOString(), customerId: customerId ?? null, data })
}

function deliveryOf(result: CallResult): Delivery {
  if (result.kind === 'failed') return { kind: 'failed', because: 'later', answer: result.words }
  const { status } = result
  if (status >= 200 && status < 300) return { kind: 'sent', answer: String(status) }
  const answer =
    status >= 300 && status < 400 ? `It sends elsewhere (${status}), which is not followed.` : `It answered ${status}.`
  return { kind: 'failed', because: status === gone ? 'permanent' : 'later', answer }
}
