import type { Generated } from 'kysely'
import type { Queryable } from '../database/database.ts'
import { type Fingerprint, fingerprintSchema } from '../devices/fingerprint.ts'
import type { Id } from '../runtime/ids.ts'
import { type FingerprintCause, fingerprintsKept, type PastFingerprint } from './identity.ts'

export interface DeviceFingerprintRow {
  readonly id: Generated<number>
  readonly device_id: Id<'dev'>
  readonly cause: FingerprintCause
  readonly fingerprint: string
  readonly agent_version: string
  readonly address: string
  readonly first_at: number
  readonly last_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly device_fingerprints: DeviceFingerprintRow
  }
}

export interface ToldFingerprint {
  readonly deviceId: Id<'dev'>
  readonly cause: FingerprintCause
  readonly fingerprint: Fingerprint
  readonly agentVersion: string
  readonly address: string
  readonly at: number
}

/** A row for each change; what is told again only moves the last row's time. The oldest go when there are too many. */
export async function noteFingerprint(db: Queryable, told: ToldFingerprint): Promise<void> {
  const { deviceId, cause, agentVersion, address, at } = told
  const fingerprint = JSON.stringify(told.fingerprint)
  const [newest] = await select(db, deviceId).limit(1).execute()
  if (newest?.fingerprint === fingerprint && cause === 'seen') {
    await db
      .updateTable('device_fingerprints')
      .set({ last_at: at, address, agent_version: agentVersion })
      .where('id', '=', newest.id)
      .execute()
    return
  }
  const row = { device_id: deviceId, cause, fingerprint, agent_version: agentVersion, address, first_at: at, last_at: at }
  await db.insertInto('device_fingerprints').values(row).execute()
  const [oldestKept] = await select(db, deviceId)
    .offset(fingerprintsKept - 1)
    .limit(1)
    .execute()
  if (oldestKept === undefined) return
  await db.deleteFrom('device_fingerprints').where('device_id', '=', deviceId).where('id', '<', oldestKept.id).execute()
}

/** Newest first. */
export async function listFingerprints(db: Queryable, deviceId: Id<'dev'>): Promise<readonly PastFingerprint[]> {
  const rows = await select(db, deviceId).limit(fingerprintsKept).execute()
  return rows.map((row) => ({
    cause: row.cause,
    fingerprint: fingerprintSchema.parse(JSON.parse(row.fingerprint)),
    agentVersion: row.agent_version,
    address: row.address,
    firstAt: row.first_at,
    lastAt: row.last_at,
  }))
}

export async function findLastToldAt(db: Queryable, deviceId: Id<'dev'>): Promise<number | undefined> {
  const [newest] = await select(db, deviceId).limit(1).execute()
  return newest?.last_at
}

export async function deleteFingerprints(db: Queryable, deviceId: Id<'dev'>): Promise<void> {
  await db.deleteFrom('device_fingerprints').where('device_id', '=', deviceId).execute()
}

function select(db: Queryable, deviceId: Id<'dev'>) {
  return db.selectFrom('device_fingerprints').selectAll().where('device_id', '=', deviceId).orderBy('id', 'desc')
}
