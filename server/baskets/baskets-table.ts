import { createHash } from 'node:crypto'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { namesOfPathBytes, pathBytes } from '../snapshots/version-path.ts'
import { type BasketItem, type BasketKind, type BasketOwner, type BasketPlace, maxBasketItems } from './basket.ts'

export interface BasketItemRow {
  readonly user_id: Id<'usr'>
  readonly customer_id: Id<'cus'>
  readonly snapshot: Id<'snap'>
  readonly path_hash: Buffer
  readonly path: Buffer
  readonly kind: BasketKind
  readonly size_bytes: number | null
  readonly added_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly basket_items: BasketItemRow
  }
}

const hashBytes = 16

/** Two windows of one person take their turns. */
export async function lockBasket(tx: Transaction, { userId }: BasketOwner): Promise<void> {
  await tx.selectFrom('users').select('id').where('id', '=', userId).forUpdate().execute()
}

/** What is there already stays as it is. */
export async function insertItems(tx: Transaction, owner: BasketOwner, items: readonly BasketItem[]): Promise<void> {
  if (items.length === 0) return
  const rows = items.map((item) => {
    const path = pathBytes(item.path)
    return {
      user_id: owner.userId,
      customer_id: owner.customerId,
      snapshot: item.snapshotId,
      path_hash: hashOf(path),
      path,
      kind: item.kind,
      size_bytes: item.sizeBytes ?? null,
      added_at: item.addedAt,
    }
  })
  await tx.insertInto('basket_items').ignore().values(rows).execute()
}

export async function deleteItems(tx: Transaction, owner: BasketOwner, places: readonly BasketPlace[]): Promise<void> {
  for (const { snapshotId, path } of places)
    await tx
      .deleteFrom('basket_items')
      .where('user_id', '=', owner.userId)
      .where('customer_id', '=', owner.customerId)
      .where('snapshot', '=', snapshotId)
      .where('path_hash', '=', hashOf(pathBytes(path)))
      .execute()
}

/** All of it, or what is of one version. */
export async function emptyBasket(db: Queryable, owner: BasketOwner, snapshotId: Id<'snap'> | undefined): Promise<void> {
  let query = db.deleteFrom('basket_items').where('user_id', '=', owner.userId).where('customer_id', '=', owner.customerId)
  if (snapshotId !== undefined) query = query.where('snapshot', '=', snapshotId)
  await query.execute()
}

/** The last that was put in first. */
export async function listItems(
  db: Queryable,
  owner: BasketOwner,
  snapshotId: Id<'snap'> | undefined,
): Promise<readonly BasketItem[]> {
  let query = db
    .selectFrom('basket_items')
    .selectAll()
    .where('user_id', '=', owner.userId)
    .where('customer_id', '=', owner.customerId)
  if (snapshotId !== undefined) query = query.where('snapshot', '=', snapshotId)
  const rows = await query
    .orderBy('added_at', 'desc')
    .orderBy('path')
    .limit(maxBasketItems + 1)
    .execute()
  return rows.map((row) => ({
    snapshotId: row.snapshot,
    path: namesOfPathBytes(row.path),
    kind: row.kind,
    sizeBytes: row.size_bytes ?? undefined,
    addedAt: row.added_at,
  }))
}

function hashOf(path: Buffer): Buffer {
  return createHash('sha256').update(path).digest().subarray(0, hashBytes)
}
