import type { KeySlot, KeySlotKind } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { RepositoryId } from './repository.ts'

export interface KeySlotRow {
  readonly repository_id: RepositoryId
  readonly slot_id: string
  readonly kind: KeySlotKind
  readonly device_id: Id<'dev'> | null
  readonly salt: Buffer
  readonly commitment: Buffer
  readonly sealed: Buffer
  readonly sealed_secret: Buffer | null
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly key_slots: KeySlotRow
  }
}

export interface StoredKeySlot {
  readonly repositoryId: RepositoryId
  readonly slot: KeySlot
  /** Of a device's slot. */
  readonly deviceId: Id<'dev'> | undefined
  /** The slot's own secret under master.key (sealed-secret.ts); the managed slot has none. */
  readonly sealedSecret: Buffer | undefined
  readonly createdAt: number
}

/** Slots of one repository that are read at once: one for each of its devices, and the box's two. */
const maxSlotsRead = 10_000

export async function insertKeySlot(db: Queryable, stored: StoredKeySlot): Promise<void> {
  const { repositoryId, slot, deviceId, sealedSecret, createdAt } = stored
  await db
    .insertInto('key_slots')
    .values({
      repository_id: repositoryId,
      slot_id: slot.id,
      kind: slot.kind,
      device_id: deviceId ?? null,
      salt: slot.salt,
      commitment: slot.commitment,
      sealed: slot.sealed,
      sealed_secret: sealedSecret ?? null,
      created_at: createdAt,
    })
    .execute()
}

/** The slot of the same id, protected anew. */
export async function replaceKeySlot(db: Queryable, { repositoryId, slot, sealedSecret }: StoredKeySlot): Promise<void> {
  await db
    .updateTable('key_slots')
    .set({ salt: slot.salt, commitment: slot.commitment, sealed: slot.sealed, sealed_secret: sealedSecret ?? null })
    .where('repository_id', '=', repositoryId)
    .where('slot_id', '=', slot.id)
    .execute()
}

export async function listKeySlots(db: Queryable, repositoryId: RepositoryId): Promise<readonly StoredKeySlot[]> {
  const query = db.selectFrom('key_slots').selectAll().where('repository_id', '=', repositoryId)
  return (await query.orderBy('slot_id').limit(maxSlotsRead).execute()).map(toStoredSlot)
}

/** The newest slot of a kind. */
export async function findKeySlotOfKind(
  db: Queryable,
  repositoryId: RepositoryId,
  kind: KeySlotKind,
): Promise<StoredKeySlot | undefined> {
  const query = db.selectFrom('key_slots').selectAll().where('repository_id', '=', repositoryId).where('kind', '=', kind)
  const row = await query.orderBy('created_at', 'desc').orderBy('slot_id', 'desc').limit(1).executeTakeFirst()
  return row && toStoredSlot(row)
}

export async function listKeySlotsOfDevice(db: Queryable, deviceId: Id<'dev'>): Promise<readonly StoredKeySlot[]> {
  const rows = await db.selectFrom('key_slots').selectAll().where('device_id', '=', deviceId).limit(maxSlotsRead).execute()
  return rows.map(toStoredSlot)
}

export async function deleteKeySlot(db: Queryable, repositoryId: RepositoryId, slotId: string): Promise<void> {
  await db.deleteFrom('key_slots').where('repository_id', '=', repositoryId).where('slot_id', '=', slotId).execute()
}

function toStoredSlot(row: KeySlotRow): StoredKeySlot {
  return {
    repositoryId: row.repository_id,
    slot: { id: row.slot_id, kind: row.kind, salt: row.salt, commitment: row.commitment, sealed: row.sealed },
    deviceId: row.device_id ?? undefined,
    sealedSecret: row.sealed_secret ?? undefined,
    createdAt: row.created_at,
  }
}
