import { sql } from 'kysely'
import { nothingCounted, type RestoreCounters, type RestoreMode, type RestoreRule } from '../../selection/restore-order.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { openOrderStates } from '../orders/order.ts'
import type { Id } from '../runtime/ids.ts'
import { namesOfPathBytes, pathBytes, type VersionPath } from '../snapshots/version-path.ts'
import {
  type EndState,
  type RestoreOrder,
  type RestoreProof,
  type RestoreReport,
  type RestoreState,
  reportAwaitedMs,
} from './restore-order.ts'

export interface RestoreOrderRow {
  readonly id: Id<'rst'>
  readonly customer_id: Id<'cus'>
  readonly device_id: Id<'dev'>
  readonly source_device_id: Id<'dev'>
  readonly snapshot: Id<'snap'>
  readonly job: string
  readonly version_at: number
  readonly order_id: Id<'ord'>
  readonly mode: RestoreMode
  readonly paths: Buffer
  readonly folder: Buffer | null
  readonly is_stripped: number
  readonly rule: RestoreRule
  readonly state: RestoreState
  readonly asked_at: number
  readonly asked_by: string
  readonly expires_at: number
  readonly ended_at: number | null
  readonly files: number
  readonly bytes: number
  readonly counters: string | null
  readonly proof: string | null
  readonly code: string | null
  readonly detail: string | null
  readonly before_snapshot: Id<'snap'> | null
  readonly undoes: Id<'rst'> | null
  readonly is_told: number
  readonly handed_at: number | null
  readonly is_whole: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly restore_orders: RestoreOrderRow
  }
}

const maxDetailCharacters = 1000

export async function insertRestore(tx: Transaction, restore: RestoreOrder): Promise<void> {
  const { place } = restore
  await tx
    .insertInto('restore_orders')
    .values({
      id: restore.restoreId,
      customer_id: restore.customerId,
      device_id: restore.deviceId,
      source_device_id: restore.sourceDeviceId,
      snapshot: restore.snapshot,
      job: restore.job,
      version_at: restore.versionAt,
      order_id: restore.orderId,
      mode: restore.mode,
      paths: encodePaths(restore.paths),
      folder: place.kind === 'folder' ? place.path : null,
      is_stripped: place.kind === 'folder' && place.isStripped ? 1 : 0,
      rule: restore.rule,
      state: restore.state,
      asked_at: restore.askedAt,
      asked_by: restore.askedBy,
      expires_at: restore.expiresAt,
      ended_at: null,
      files: restore.files,
      bytes: restore.bytes,
      counters: null,
      proof: null,
      code: null,
      detail: null,
      before_snapshot: null,
      undoes: restore.undoes ?? null,
      is_told: 0,
      handed_at: null,
      is_whole: restore.isWhole ? 1 : 0,
    })
    .execute()
}

export async function findRestore(db: Queryable, id: Id<'rst'>): Promise<RestoreOrder | undefined> {
  const row = await selectRestores(db).where('restore_orders.id', '=', id).executeTakeFirst()
  return row && toRestore(row)
}

/** Newest first; `before`: where the page begins. */
export async function listRestores(
  db: Queryable,
  page: {
    readonly customerIds: readonly Id<'cus'>[]
    readonly before: { readonly askedAt: number; readonly restoreId: Id<'rst'> } | undefined
    readonly limit: number
  },
): Promise<readonly RestoreOrder[]> {
  if (page.customerIds.length === 0) return []
  let query = selectRestores(db).where('restore_orders.customer_id', 'in', page.customerIds)
  const { before } = page
  if (before !== undefined)
    query = query.where(({ eb, and, or }) =>
      or([
        eb('restore_orders.asked_at', '<', before.askedAt),
        and([eb('restore_orders.asked_at', '=', before.askedAt), eb('restore_orders.id', '<', before.restoreId)]),
      ]),
    )
  const rows = await query
    .orderBy('restore_orders.asked_at', 'desc')
    .orderBy('restore_orders.id', 'desc')
    .limit(page.limit)
    .execute()
  return rows.map(toRestore)
}

export async function listOpenRestores(
  db: Queryable,
  of: { readonly customerId: Id<'cus'>; readonly deviceId?: Id<'dev'>; readonly limit: number },
): Promise<readonly RestoreOrder[]> {
  let query = selectRestores(db)
    .where('restore_orders.customer_id', '=', of.customerId)
    .where('restore_orders.state', '=', 'open')
  if (of.deviceId !== undefined) query = query.where('restore_orders.device_id', '=', of.deviceId)
  return (await query.orderBy('restore_orders.asked_at').limit(of.limit).execute()).map(toRestore)
}

/** One row by its key: asked at each call for records. */
export async function isGranted(
  db: Queryable,
  of: { readonly restoreId: Id<'rst'>; readonly deviceId: Id<'dev'> },
): Promise<boolean> {
  const row = await db
    .selectFrom('restore_orders')
    .select('id')
    .where('id', '=', of.restoreId)
    .where('device_id', '=', of.deviceId)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return row !== undefined
}

/** Before the computer is given anything: the first time counts. False: it has ended. */
export async function noteHanded(db: Queryable, restoreId: Id<'rst'>, at: number): Promise<boolean> {
  const open = db.updateTable('restore_orders').where('id', '=', restoreId).where('state', '=', 'open')
  await open.set({ handed_at: at }).where('handed_at', 'is', null).execute()
  const row = await db.selectFrom('restore_orders').select('state').where('id', '=', restoreId).executeTakeFirst()
  return row?.state === 'open'
}

/** Only an open one ends. */
export async function endRestore(
  db: Queryable,
  end: {
    readonly restoreId: Id<'rst'>
    readonly state: EndState
    readonly at: number
    readonly code?: string
    readonly detail?: string
  },
): Promise<boolean> {
  const result = await db
    .updateTable('restore_orders')
    .set({ state: end.state, ended_at: end.at, code: end.code ?? null, detail: cut(end.detail) })
    .where('id', '=', end.restoreId)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows > 0n
}

/** To a computer that is connected no more. */
export async function endRestoresOf(
  db: Queryable,
  { deviceId, at, detail }: { readonly deviceId: Id<'dev'>; readonly at: number; readonly detail: string },
): Promise<void> {
  await db
    .updateTable('restore_orders')
    .set({ state: 'failed', ended_at: at, code: 'HF-DEVICE-REVOKED', detail: cut(detail) })
    .where('device_id', '=', deviceId)
    .where('state', '=', 'open')
    .execute()
}

/**
 * What the computer counted: also of one that has ended meanwhile, once. One that somebody cancelled stays cancelled; of one that was given
 * up, the computer knows better. True: it has ended by this.
 */
export async function putReport(
  db: Queryable,
  { restoreId, report, at }: { readonly restoreId: Id<'rst'>; readonly report: RestoreReport; readonly at: number },
): Promise<boolean> {
  const told = {
    counters: JSON.stringify(report.counters),
    proof: JSON.stringify(report.proof),
    before_snapshot: report.before ?? null,
  }
  const ended = await db
    .updateTable('restore_orders')
    .set({ ...told, state: report.state, ended_at: at, code: report.code ?? null, detail: cut(report.detail) })
    .where('id', '=', restoreId)
    .where('state', '=', 'open')
    .executeTakeFirstOrThrow()
  if (ended.numUpdatedRows > 0n) return true
  const late = db.updateTable('restore_orders').where('id', '=', restoreId).where('counters', 'is', null)
  if (report.state !== 'cancelled') {
    const known = { ...told, state: report.state, code: report.code ?? null, detail: cut(report.detail) }
    await late.set(known).where('state', 'in', ['expired', 'failed']).execute()
  }
  await late.set(told).execute()
  return false
}

/**
 * Their order has ended without a word of theirs: refused by an old program, expired, withdrawn with the computer; or done, and the
 * report did not come.
 */
export async function listLeftOpen(
  db: Queryable,
  { at, limit }: { readonly at: number; readonly limit: number },
): Promise<
  readonly { readonly restoreId: Id<'rst'>; readonly state: EndState; readonly code?: string; readonly detail?: string }[]
> {
  const rows = await db
    .selectFrom('restore_orders')
    .leftJoin('orders', 'orders.id', 'restore_orders.order_id')
    .select(['restore_orders.id', 'orders.state', 'orders.code', 'orders.detail'])
    .where('restore_orders.state', '=', 'open')
    .where(({ eb, and, or }) =>
      or([
        eb('orders.state', 'not in', [...openOrderStates, 'done']),
        and([eb('orders.state', '=', 'done'), eb('orders.ended_at', '<=', at - reportAwaitedMs)]),
        eb('orders.id', 'is', null),
      ]),
    )
    .limit(limit)
    .execute()
  return rows.map(({ id, state, code, detail }) => ({
    restoreId: id,
    ...(state === 'done'
      ? noReport
      : {
          state: state === 'failed' ? 'failed' : state === 'withdrawn' ? 'cancelled' : 'expired',
          ...(code === null ? {} : { code }),
          ...(detail === null ? {} : { detail }),
        }),
  }))
}

const noReport = {
  state: 'failed',
  code: 'HF-AGENT-INTERNAL',
  detail: 'The computer says that it has ended, and its report has not come.',
} as const

export async function listUntold(db: Queryable, limit: number): Promise<readonly Id<'rst'>[]> {
  const query = db.selectFrom('restore_orders').select('id').where('is_told', '=', 0).where('ended_at', 'is not', null)
  return (await query.orderBy('ended_at').limit(limit).execute()).map(({ id }) => id)
}

/** True for whoever comes first. */
export async function takeUntold(tx: Transaction, restoreId: Id<'rst'>): Promise<boolean> {
  const update = tx.updateTable('restore_orders').set({ is_told: 1 }).where('id', '=', restoreId).where('is_told', '=', 0)
  return (await update.executeTakeFirstOrThrow()).numUpdatedRows > 0n
}

export async function removeEndedRestores(db: Queryable, before: number, limit: number): Promise<void> {
  await db.deleteFrom('restore_orders').where('ended_at', '<', before).limit(limit).execute()
}

function selectRestores(db: Queryable) {
  return db
    .selectFrom('restore_orders')
    .leftJoin('orders', 'orders.id', 'restore_orders.order_id')
    .selectAll('restore_orders')
    .select(sql<string | null>`orders.state`.as('order_state'))
}

function toRestore(row: RestoreOrderRow & { readonly order_state: string | null }): RestoreOrder {
  return {
    restoreId: row.id,
    customerId: row.customer_id,
    deviceId: row.device_id,
    sourceDeviceId: row.source_device_id,
    snapshot: row.snapshot,
    job: row.job,
    versionAt: row.version_at,
    orderId: row.order_id,
    mode: row.mode,
    paths: decodePaths(row.paths),
    place: row.folder === null ? { kind: 'original' } : { kind: 'folder', path: row.folder, isStripped: row.is_stripped === 1 },
    rule: row.rule,
    state: row.state,
    isTaken: row.order_state === 'taken' || row.order_state === 'done',
    isLeft: row.state === 'open' && row.order_state !== 'done' && !isOpenOrder(row.order_state),
    askedAt: row.asked_at,
    askedBy: row.asked_by,
    handedAt: row.handed_at ?? undefined,
    expiresAt: row.expires_at,
    endedAt: row.ended_at ?? undefined,
    files: row.files,
    bytes: row.bytes,
    isWhole: row.is_whole === 1,
    counters:
      row.counters === null ? undefined : { ...nothingCounted, ...(JSON.parse(row.counters) as Partial<RestoreCounters>) },
    proof: row.proof === null ? undefined : { notSet: [], ...(JSON.parse(row.proof) as Omit<RestoreProof, 'notSet'>) },
    code: row.code ?? undefined,
    detail: row.detail ?? undefined,
    before: row.before_snapshot ?? undefined,
    undoes: row.undoes ?? undefined,
  }
}

function isOpenOrder(state: string | null): boolean {
  return (openOrderStates as readonly (string | null)[]).includes(state)
}

const between = Buffer.from([0])

/** Names hold no NUL; the top of a version is the empty path, and selected alone. */
function encodePaths(paths: readonly VersionPath[]): Buffer {
  return Buffer.concat(paths.flatMap((path, index) => (index === 0 ? [pathBytes(path)] : [between, pathBytes(path)])))
}

function decodePaths(bytes: Buffer): readonly VersionPath[] {
  return split(bytes, 0).map(namesOfPathBytes)
}

function split(bytes: Buffer, by: number): readonly Buffer[] {
  const parts: Buffer[] = []
  let at = 0
  for (let end = bytes.indexOf(by); end >= 0; end = bytes.indexOf(by, at)) {
    parts.push(bytes.subarray(at, end))
    at = end + 1
  }
  return [...parts, bytes.subarray(at)]
}

function cut(text: string | undefined): string | null {
  return text === undefined ? null : [...text].slice(0, maxDetailCharacters).join('')
}
