import { sql } from 'kysely'
import type { PackId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { DeviceFault } from './device-fault.ts'

export interface DeviceFaultRow {
  readonly device_id: Id<'dev'>
  readonly records: number
  readonly first_at: number
  readonly last_at: number
  readonly last_pack: Buffer
  readonly last_record: Buffer
  readonly why: string
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly device_faults: DeviceFaultRow
  }
}

const whyMaxCharacters = 500

export async function noteDeviceFault(
  tx: Transaction,
  fault: {
    readonly deviceId: Id<'dev'>
    readonly records: number
    readonly packId: PackId
    readonly chunkId: Uint8Array
    readonly why: string
    readonly nowMs: number
  },
): Promise<void> {
  const { deviceId, records, nowMs } = fault
  const last = {
    last_at: nowMs,
    last_pack: Buffer.from(fault.packId, 'hex'),
    last_record: Buffer.from(fault.chunkId),
    why: fault.why.slice(0, whyMaxCharacters),
  }
  await tx
    .insertInto('device_faults')
    .values({ device_id: deviceId, records, first_at: nowMs, ...last })
    .onDuplicateKeyUpdate({ ...last, records: sql`records + ${records}` })
    .execute()
}

export async function findDeviceFault(db: Queryable, deviceId: Id<'dev'>): Promise<DeviceFault | undefined> {
  const row = await db.selectFrom('device_faults').selectAll().where('device_id', '=', deviceId).executeTakeFirst()
  return row && { deviceId, records: row.records, firstAt: row.first_at, lastAt: row.last_at }
}

/** Computers that have sent nothing bad since a time are not suspected any more. */
export async function forgetFaultsBefore(db: Queryable, beforeMs: number): Promise<readonly Id<'dev'>[]> {
  const rows = await db.selectFrom('device_faults').select('device_id').where('last_at', '<', beforeMs).limit(1000).execute()
  const ids = rows.map((row) => row.device_id)
  if (ids.length > 0) await db.deleteFrom('device_faults').where('device_id', 'in', ids).where('last_at', '<', beforeMs).execute()
  return ids
}
