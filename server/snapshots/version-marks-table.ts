import { parseSnapshotId, type SnapshotId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { BinCause, BinEntry } from './bin-entry.ts'

export interface VersionPinRow {
  readonly snapshot: Id<'snap'>
  readonly at: number
  readonly by_whom: string
}

export interface VersionBinRow {
  readonly snapshot: Id<'snap'>
  readonly device_id: Id<'dev'>
  readonly at: number
  readonly observed_ms: number
  readonly cause: BinCause
  readonly by_whom: string
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly version_pins: VersionPinRow
    readonly version_bin: VersionBinRow
  }
}

export interface Pin {
  readonly version: Id<'snap'>
  readonly at: number
  readonly by: string
}

export async function putPin(tx: Transaction, { version, at, by }: Pin): Promise<void> {
  const values = { at, by_whom: by }
  await tx
    .insertInto('version_pins')
    .values({ snapshot: version, ...values })
    .onDuplicateKeyUpdate(values)
    .execute()
}

export async function deletePin(tx: Transaction, version: Id<'snap'>): Promise<void> {
  await tx.deleteFrom('version_pins').where('snapshot', '=', version).execute()
}

export async function findPin(db: Queryable, version: Id<'snap'>): Promise<Pin | undefined> {
  const row = await db.selectFrom('version_pins').selectAll().where('snapshot', '=', version).executeTakeFirst()
  return row && { version: row.snapshot, at: row.at, by: row.by_whom }
}

export async function putIntoBin(tx: Transaction, { version, deviceId, at, observedMs, cause, by }: BinEntry): Promise<void> {
  const values = { device_id: deviceId, at, observed_ms: observedMs, cause, by_whom: by }
  await tx
    .insertInto('version_bin')
    .values({ snapshot: version, ...values })
    .onDuplicateKeyUpdate(values)
    .execute()
}

export async function deleteFromBin(tx: Transaction, version: Id<'snap'>): Promise<void> {
  await tx.deleteFrom('version_bin').where('snapshot', '=', version).execute()
}

export async function findBinEntry(db: Queryable, version: Id<'snap'>): Promise<BinEntry | undefined> {
  const row = await db.selectFrom('version_bin').selectAll().where('snapshot', '=', version).executeTakeFirst()
  return row && toEntry(row)
}

/** The newest first. */
export async function listBin(
  db: Queryable,
  page: { readonly deviceId: Id<'dev'>; readonly limit: number },
): Promise<readonly BinEntry[]> {
  const query = db.selectFrom('version_bin').selectAll().where('device_id', '=', page.deviceId)
  return (await query.orderBy('at', 'desc').orderBy('snapshot').limit(page.limit).execute()).map(toEntry)
}

/** The files' ids of a device's versions that have a row of each kind. */
export async function listMarkedIds(
  db: Queryable,
  deviceId: Id<'dev'>,
): Promise<{ readonly pin: ReadonlySet<SnapshotId>; readonly bin: ReadonlySet<SnapshotId> }> {
  const idsIn = async (table: 'version_pins' | 'version_bin') => {
    const rows = await db
      .selectFrom(table)
      .innerJoin('snapshots', 'snapshots.id', `${table}.snapshot`)
      .select('snapshots.snapshot_id')
      .where('snapshots.device_id', '=', deviceId)
      .execute()
    return new Set(rows.map((row) => parseSnapshotId(row.snapshot_id.toString('hex'))))
  }
  return { pin: await idsIn('version_pins'), bin: await idsIn('version_bin') }
}

function toEntry(row: VersionBinRow): BinEntry {
  return {
    version: row.snapshot,
    deviceId: row.device_id,
    at: row.at,
    observedMs: row.observed_ms,
    cause: row.cause,
    by: row.by_whom,
  }
}
