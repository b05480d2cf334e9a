import { type ExpressionBuilder, type Generated, sql } from 'kysely'
import { parseSnapshotId, type SnapshotId } from '../../engine/index.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Queryable, Tables, Transaction } from '../database/database.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import type { Device, DeviceChain, DeviceInstance, DeviceKind, DeviceState } from './device.ts'
import { type Fingerprint, fingerprintSchema } from './fingerprint.ts'

export interface DeviceRow {
  readonly id: Id<'dev'>
  readonly kind: Generated<DeviceKind>
  readonly number: number
  readonly customer_id: Id<'cus'>
  readonly repository_id: RepositoryId
  readonly subscription_id: Id<'sub'>
  readonly name: string
  readonly state: DeviceState
  readonly token_hash: Buffer
  readonly fingerprint: string
  readonly fingerprint_print: string
  readonly instance_newest: string
  readonly instance_previous: string | null
  readonly is_newest_instance_shown: number
  readonly takes_any_instance: Generated<number>
  readonly head_seq: Generated<number>
  readonly head_snapshot: Generated<Buffer | null>
  readonly agent_version: string
  readonly address: string
  readonly connected_at: number
  readonly connected_by: Id<'usr'> | null
  readonly last_seen_at: number
  readonly versions_count: Generated<number>
  readonly first_version_at: Generated<number | null>
  readonly newest_version: Generated<Id<'snap'> | null>
  readonly last_good_version: Generated<Id<'snap'> | null>
  readonly stored_bytes: Generated<number>
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly devices: DeviceRow
  }
}

/** What a connect writes, for a new device and for one that is taken over. */
export interface Connection {
  readonly name: string
  readonly tokenHash: Uint8Array
  readonly fingerprint: Fingerprint
  readonly instance: string
  readonly agentVersion: string
  readonly address: string
  readonly connectedAt: number
  readonly connectedBy: Id<'usr'>
}

export interface NewDevice extends Connection {
  /** `agent` unless told. */
  readonly kind?: DeviceKind
  readonly deviceId: Id<'dev'>
  readonly number: number
  readonly customerId: Id<'cus'>
  readonly repositoryId: RepositoryId
  readonly subscriptionId: Id<'sub'>
}

export async function insertDevice(transaction: Transaction, device: NewDevice): Promise<void> {
  await transaction
    .insertInto('devices')
    .values({
      id: device.deviceId,
      kind: device.kind ?? 'agent',
      number: device.number,
      customer_id: device.customerId,
      repository_id: device.repositoryId,
      ...connectionColumns(device),
      subscription_id: device.subscriptionId,
    })
    .execute()
}

/** Another computer takes a device over: the old token and instance end with it; number, jobs and versions stay. */
export async function reconnectDevice(
  transaction: Transaction,
  device: Connection & { readonly deviceId: Id<'dev'>; readonly subscriptionId: Id<'sub'> },
): Promise<void> {
  const columns = { ...connectionColumns(device), subscription_id: device.subscriptionId }
  await transaction.updateTable('devices').set(columns).where('id', '=', device.deviceId).execute()
}

/** What the computer is believed to be from now on. */
export async function setFingerprint(db: Queryable, deviceId: Id<'dev'>, fingerprint: Fingerprint): Promise<void> {
  await db
    .updateTable('devices')
    .set({ fingerprint: JSON.stringify(fingerprint), fingerprint_print: fingerprint.print })
    .where('id', '=', deviceId)
    .execute()
}

export async function setDeviceState(db: Queryable, deviceId: Id<'dev'>, state: DeviceState): Promise<void> {
  await db.updateTable('devices').set({ state }).where('id', '=', deviceId).execute()
}

export async function setDeviceName(db: Queryable, deviceId: Id<'dev'>, name: string): Promise<void> {
  await db.updateTable('devices').set({ name }).where('id', '=', deviceId).execute()
}

export async function setDeviceSubscription(db: Queryable, deviceId: Id<'dev'>, subscriptionId: Id<'sub'>): Promise<void> {
  await db.updateTable('devices').set({ subscription_id: subscriptionId }).where('id', '=', deviceId).execute()
}

/** Whose token this is. A revoked device is still known by its token, so that it can be told. */
export async function findDeviceByToken(
  db: Queryable,
  tokenHash: Uint8Array,
): Promise<(DeviceIdentity & { readonly lastSeenAt: number }) | undefined> {
  const row = await db
    .selectFrom('devices')
    .select(['id', 'customer_id', 'subscription_id', 'name', 'state', 'last_seen_at'])
    .where('token_hash', '=', Buffer.from(tokenHash))
    .executeTakeFirst()
  if (row === undefined) return undefined
  return {
    deviceId: row.id,
    customerId: row.customer_id,
    subscriptionId: row.subscription_id,
    name: row.name,
    state: row.state,
    lastSeenAt: row.last_seen_at,
  }
}

export async function findDevice(db: Queryable, deviceId: Id<'dev'>): Promise<Device | undefined> {
  const row = await selectDevices(db).where('id', '=', deviceId).executeTakeFirst()
  return row && toDevice(row)
}

/** The one that takes what people send; undefined while the customer has none, or not any more. */
export async function findInbox(db: Queryable, customerId: Id<'cus'>): Promise<Device | undefined> {
  const query = selectDevices(db).where('customer_id', '=', customerId).where('kind', '=', 'inbox').where('state', '=', 'active')
  const row = await query.orderBy('number').limit(1).executeTakeFirst()
  return row && toDevice(row)
}

export async function listDeviceNames(db: Queryable, deviceIds: readonly Id<'dev'>[]): Promise<ReadonlyMap<Id<'dev'>, string>> {
  if (deviceIds.length === 0) return new Map()
  const rows = await db.selectFrom('devices').select(['id', 'name']).where('id', 'in', deviceIds).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}

/** A customer's computers that a person may mean by an id, a number or a name. */
export async function findDevicesNamed(
  db: Queryable,
  wanted: {
    readonly customerId: Id<'cus'>
    readonly deviceId: string
    readonly number: number | undefined
    readonly name: string
  },
): Promise<readonly Device[]> {
  const { customerId, deviceId, number, name } = wanted
  const isMeant = (where: ExpressionBuilder<Tables, 'devices'>) =>
    where.or([
      where('id', '=', deviceId as Id<'dev'>),
      where('name', '=', name),
      ...(number === undefined ? [] : [where('number', '=', number)]),
    ])
  const query = selectDevices(db).where('customer_id', '=', customerId).where('kind', '=', 'agent').where(isMeant)
  const rows = await query.orderBy('number').limit(2).execute()
  return rows.map(toDevice)
}

export async function listDevices(
  db: Queryable,
  page: { readonly reach: CustomerReach; readonly afterNumber: number; readonly limit: number },
): Promise<readonly Device[]> {
  const { reach, afterNumber, limit } = page
  if (reach !== 'all' && reach.length === 0) return []
  let query = selectDevices(db).where('number', '>', afterNumber).orderBy('number').limit(limit)
  if (reach !== 'all') query = query.where('customer_id', 'in', reach)
  return (await query.execute()).map(toDevice)
}

/** Holds the device's row; the plan in which it has a place, when it is active. */
export async function findPlaceLocked(transaction: Transaction, deviceId: Id<'dev'>): Promise<Id<'sub'> | undefined> {
  const locked = await findStandLocked(transaction, deviceId)
  return locked?.state === 'active' ? locked.subscriptionId : undefined
}

/** Holds the device's row; the plan that it belongs to, with or without a place in it. */
export async function findStandLocked(
  transaction: Transaction,
  deviceId: Id<'dev'>,
): Promise<Pick<Device, 'state' | 'subscriptionId'> | undefined> {
  const query = transaction.selectFrom('devices').select(['state', 'subscription_id']).where('id', '=', deviceId)
  const row = await query.forUpdate().executeTakeFirst()
  return row && { state: row.state, subscriptionId: row.subscription_id }
}

/** Holds the device's row until the transaction ends. */
export async function findChainLocked(transaction: Transaction, deviceId: Id<'dev'>): Promise<DeviceChain | undefined> {
  return toChain(await selectChain(transaction, deviceId).forUpdate().executeTakeFirst())
}

export async function findChain(db: Queryable, deviceId: Id<'dev'>): Promise<DeviceChain | undefined> {
  return toChain(await selectChain(db, deviceId).executeTakeFirst())
}

export async function setHead(
  transaction: Transaction,
  head: { readonly deviceId: Id<'dev'>; readonly seq: number; readonly snapshotId: SnapshotId },
): Promise<void> {
  await transaction
    .updateTable('devices')
    .set({ head_seq: head.seq, head_snapshot: Buffer.from(head.snapshotId, 'hex') })
    .where('id', '=', head.deviceId)
    .execute()
}

export async function setInstance(db: Queryable, deviceId: Id<'dev'>, instance: DeviceInstance): Promise<void> {
  await db
    .updateTable('devices')
    .set({
      instance_newest: instance.newest,
      instance_previous: instance.previous ?? null,
      is_newest_instance_shown: instance.isNewestShown ? 1 : 0,
      takes_any_instance: instance.isAnyTaken === true ? 1 : 0,
    })
    .where('id', '=', deviceId)
    .execute()
}

/** After a rebuild, a recovery or a restored dump: the first value that each of these devices shows is taken. Of all without `of`. */
export async function forgetInstances(
  db: Queryable,
  of: { readonly repositoryId?: RepositoryId; readonly deviceId?: Id<'dev'> } = {},
): Promise<void> {
  let query = db.updateTable('devices').set({ takes_any_instance: 1 })
  if (of.repositoryId !== undefined) query = query.where('repository_id', '=', of.repositoryId)
  if (of.deviceId !== undefined) query = query.where('id', '=', of.deviceId)
  await query.execute()
}

export async function addStoredBytes(transaction: Transaction, deviceId: Id<'dev'>, bytes: number): Promise<void> {
  await transaction
    .updateTable('devices')
    .set({ stored_bytes: sql`stored_bytes + ${bytes}` })
    .where('id', '=', deviceId)
    .execute()
}

/** What was sent for nothing. */
export async function takeOffStoredBytes(transaction: Transaction, deviceId: Id<'dev'>, bytes: number): Promise<void> {
  await transaction
    .updateTable('devices')
    .set({ stored_bytes: sql`stored_bytes - LEAST(stored_bytes, ${bytes})` })
    .where('id', '=', deviceId)
    .execute()
}

export async function touchDevice(
  db: Queryable,
  deviceId: Id<'dev'>,
  seen: { readonly at: number; readonly address?: string; readonly agentVersion?: string },
): Promise<void> {
  const { at, address, agentVersion } = seen
  await db
    .updateTable('devices')
    .set({
      last_seen_at: at,
      ...(address === undefined ? {} : { address }),
      ...(agentVersion === undefined ? {} : { agent_version: agentVersion }),
    })
    .where('id', '=', deviceId)
    .execute()
}

/** In the commit's transaction: what a device's lists show without counting. */
export async function countVersion(
  transaction: Transaction,
  version: {
    readonly deviceId: Id<'dev'>
    readonly id: Id<'snap'>
    readonly receivedAt: number
    readonly isGood: boolean
  },
): Promise<void> {
  const { deviceId, id, receivedAt, isGood } = version
  await transaction
    .updateTable('devices')
    .set({
      versions_count: sql`versions_count + 1`,
      first_version_at: sql`COALESCE(first_version_at, ${receivedAt})`,
      newest_version: id,
      ...(isGood ? { last_good_version: id } : {}),
    })
    .where('id', '=', deviceId)
    .execute()
}

const deviceColumns = [
  'id',
  'kind',
  'number',
  'customer_id',
  'repository_id',
  'subscription_id',
  'name',
  'state',
  'fingerprint',
  'agent_version',
  'address',
  'connected_at',
  'last_seen_at',
  'versions_count',
  'first_version_at',
  'newest_version',
  'last_good_version',
  'stored_bytes',
] as const

function selectDevices(db: Queryable) {
  return db.selectFrom('devices').select(deviceColumns)
}

function selectChain(db: Queryable, deviceId: Id<'dev'>) {
  return db
    .selectFrom('devices')
    .select([
      'id',
      'head_seq',
      'head_snapshot',
      'fingerprint_print',
      'instance_newest',
      'instance_previous',
      'is_newest_instance_shown',
      'takes_any_instance',
    ])
    .where('id', '=', deviceId)
}

function connectionColumns(connection: Connection) {
  return {
    name: connection.name,
    state: 'active',
    token_hash: Buffer.from(connection.tokenHash),
    fingerprint: JSON.stringify(connection.fingerprint),
    fingerprint_print: connection.fingerprint.print,
    instance_newest: connection.instance,
    instance_previous: null,
    is_newest_instance_shown: 0,
    takes_any_instance: 0,
    agent_version: connection.agentVersion,
    address: connection.address,
    connected_at: connection.connectedAt,
    connected_by: connection.connectedBy,
    last_seen_at: connection.connectedAt,
  } as const
}

type SelectedDevice = Awaited<ReturnType<ReturnType<typeof selectDevices>['execute']>>[number]
type SelectedChain = Awaited<ReturnType<ReturnType<typeof selectChain>['execute']>>[number]

function toDevice(row: SelectedDevice): Device {
  return {
    deviceId: row.id,
    kind: row.kind,
    number: row.number,
    customerId: row.customer_id,
    repositoryId: row.repository_id,
    subscriptionId: row.subscription_id,
    name: row.name,
    state: row.state,
    fingerprint: fingerprintSchema.parse(JSON.parse(row.fingerprint)),
    agentVersion: row.agent_version,
    address: row.address,
    connectedAt: row.connected_at,
    lastSeenAt: row.last_seen_at,
    versionsCount: row.versions_count,
    firstVersionAt: row.first_version_at ?? undefined,
    newestVersion: row.newest_version ?? undefined,
    lastGoodVersion: row.last_good_version ?? undefined,
    storedBytes: row.stored_bytes,
  }
}

function toChain(row: SelectedChain | undefined): DeviceChain | undefined {
  if (row === undefined) return undefined
  return {
    deviceId: row.id,
    headSeq: row.head_seq,
    headSnapshot: row.head_snapshot === null ? undefined : parseSnapshotId(row.head_snapshot.toString('hex')),
    fingerprintPrint: row.fingerprint_print,
    instance: {
      newest: row.instance_newest,
      previous: row.instance_previous ?? undefined,
      isNewestShown: row.is_newest_instance_shown === 1,
      isAnyTaken: row.takes_any_instance === 1,
    },
  }
}
