import type { Generated } from 'kysely'
import type { Queryable } from '../database/database.ts'
import { type UsageDay, usageDaysLookedAt } from './disk-forecast.ts'
import type { VolumeSpace, VolumeState } from './storage-volume.ts'

export interface StorageVolumeRow {
  readonly id: Generated<number>
  readonly uid: Buffer
  readonly folder: string
  readonly state: VolumeState
  readonly reason: string | null
  readonly changed_at: number
  readonly created_at: number
}

export interface VolumeUsageRow {
  readonly uid: Buffer
  readonly day: number
  readonly used_bytes: number
  readonly total_bytes: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly storage_volumes: StorageVolumeRow
    readonly volume_usage: VolumeUsageRow
  }
}

/** The disk that this folder had last, by the rows. */
export async function findVolumeUid(db: Queryable, folder: string): Promise<Buffer | undefined> {
  const query = db.selectFrom('storage_volumes').select('uid').where('folder', '=', folder).orderBy('changed_at', 'desc')
  return (await query.limit(1).executeTakeFirst())?.uid
}

export async function saveVolumeState(
  db: Queryable,
  volume: {
    readonly uid: Buffer
    readonly folder: string
    readonly state: VolumeState
    readonly reason: string | undefined
    readonly nowMs: number
  },
): Promise<void> {
  const { uid, folder, state, nowMs } = volume
  const reason = volume.reason?.slice(0, maxReasonCharacters) ?? null
  await db
    .insertInto('storage_volumes')
    .values({ uid, folder, state, reason, changed_at: nowMs, created_at: nowMs })
    .onDuplicateKeyUpdate({ folder, state, reason, changed_at: nowMs })
    .execute()
}

const maxReasonCharacters = 500

/** The last reading of a day is the day's. */
export async function saveUsage(db: Queryable, uid: Buffer, day: number, { totalBytes, freeBytes }: VolumeSpace): Promise<void> {
  const reading = { used_bytes: Math.max(0, totalBytes - freeBytes), total_bytes: totalBytes }
  await db
    .insertInto('volume_usage')
    .values({ uid, day, ...reading })
    .onDuplicateKeyUpdate(reading)
    .execute()
  await db
    .deleteFrom('volume_usage')
    .where('uid', '=', uid)
    .where('day', '<', day - usageDaysKept)
    .execute()
}

const usageDaysKept = 400

export async function listUsage(db: Queryable, uid: Buffer, today: number): Promise<readonly UsageDay[]> {
  const rows = await db
    .selectFrom('volume_usage')
    .select(['day', 'used_bytes'])
    .where('uid', '=', uid)
    .where('day', '>', today - usageDaysLookedAt)
    .orderBy('day')
    .execute()
  return rows.map((row) => ({ day: row.day, usedBytes: row.used_bytes }))
}
