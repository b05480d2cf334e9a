import type { Generated } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { StorageVolume, VolumeState } from './storage-volume.ts'

export interface StorageVolumeRow {
  readonly id: Generated<number>
  readonly uid: Buffer
  readonly state: VolumeState
  readonly reason: string | null
  readonly changed_at: number
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly storage_volumes: StorageVolumeRow
  }
}

export async function findVolume(db: Queryable, uid: Buffer): Promise<StorageVolume | undefined> {
  const row = await db.selectFrom('storage_volumes').selectAll().where('uid', '=', uid).executeTakeFirst()
  return row && { volumeId: row.id, uid: row.uid, state: row.state, reason: row.reason ?? undefined }
}

/** The row of a volume that is in use now, made when it is new. */
export async function saveVolumeOnline(db: Queryable, volume: { readonly uid: Buffer; readonly nowMs: number }): Promise<void> {
  const { uid, nowMs } = volume
  await db
    .insertInto('storage_volumes')
    .values({ uid, state: 'online', reason: null, changed_at: nowMs, created_at: nowMs })
    .onDuplicateKeyUpdate({ state: 'online', reason: null, changed_at: nowMs })
    .execute()
}

export async function setVolumeReadOnly(
  db: Queryable,
  volume: { readonly uid: Buffer; readonly reason: string; readonly nowMs: number },
): Promise<void> {
  const { uid, reason, nowMs } = volume
  await db.updateTable('storage_volumes').set({ state: 'read-only', reason, changed_at: nowMs }).where('uid', '=', uid).execute()
}
