import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Webhook } from './webhook.ts'

export interface WebhookRow {
  readonly id: Id<'whk'>
  readonly customer_id: Id<'cus'> | null
  readonly url: string
  readonly sealed_secret: Buffer
  readonly is_active: number
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly webhooks: WebhookRow
  }
}

export type StoredWebhook = Webhook & { readonly sealedSecret: Buffer }

export async function insertWebhook(db: Queryable, webhook: StoredWebhook): Promise<void> {
  const { webhookId, customerId = null, url, sealedSecret, isActive, createdAt } = webhook
  await db
    .insertInto('webhooks')
    .values({
      id: webhookId,
      customer_id: customerId,
      url,
      sealed_secret: sealedSecret,
      is_active: isActive ? 1 : 0,
      created_at: createdAt,
    })
    .execute()
}

/** Of one customer, or of the box. */
export async function listWebhooks(db: Queryable, customerId: Id<'cus'> | undefined): Promise<readonly StoredWebhook[]> {
  const query = db.selectFrom('webhooks').selectAll().orderBy('created_at').orderBy('id')
  const rows = await (customerId === undefined
    ? query.where('customer_id', 'is', null)
    : query.where('customer_id', '=', customerId)
  ).execute()
  return rows.map(toWebhook)
}

export async function findWebhook(db: Queryable, webhookId: Id<'whk'>): Promise<StoredWebhook | undefined> {
  const row = await db.selectFrom('webhooks').selectAll().where('id', '=', webhookId).executeTakeFirst()
  return row && toWebhook(row)
}

export async function setWebhookActive(db: Queryable, webhookId: Id<'whk'>, isActive: boolean): Promise<void> {
  await db
    .updateTable('webhooks')
    .set({ is_active: isActive ? 1 : 0 })
    .where('id', '=', webhookId)
    .execute()
}

export async function deleteWebhook(db: Queryable, webhookId: Id<'whk'>): Promise<void> {
  await db.deleteFrom('webhooks').where('id', '=', webhookId).execute()
}

function toWebhook(row: WebhookRow): StoredWebhook {
  return {
    webhookId: row.id,
    customerId: row.customer_id ?? undefined,
    url: row.url,
    sealedSecret: row.sealed_secret,
    isActive: row.is_active === 1,
    createdAt: row.created_at,
  }
}
