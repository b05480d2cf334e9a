import { sql } from 'kysely'
import type { Queryable, Transaction } from '../database/database.ts'
import { type Fingerprint, fingerprintSchema } from '../devices/fingerprint.ts'
import type { Id } from '../runtime/ids.ts'
import type { Doubt, DoubtAnswer, DoubtKind } from './identity.ts'

export interface DeviceDoubtRow {
  readonly device_id: Id<'dev'>
  readonly kind: DoubtKind
  readonly customer_id: Id<'cus'>
  readonly known_fingerprint: string
  readonly other_print: string
  readonly other_fingerprint: string | null
  readonly other_instance: string | null
  readonly other_address: string
  readonly first_at: number
  readonly last_at: number
  readonly times: number
  readonly answer: DoubtAnswer | null
  readonly answered_at: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly device_doubts: DeviceDoubtRow
  }
}

export interface NewDoubt {
  readonly deviceId: Id<'dev'>
  readonly customerId: Id<'cus'>
  readonly kind: DoubtKind
  readonly known: Fingerprint
  readonly otherPrint: string
  readonly other: Fingerprint | undefined
  readonly otherInstance: string | undefined
  readonly otherAddress: string
  readonly at: number
}

/** Begins a doubt, in the place of an older one of its kind. */
export async function beginDoubt(db: Queryable, doubt: NewDoubt): Promise<void> {
  const { deviceId, kind, at } = doubt
  await db.deleteFrom('device_doubts').where('device_id', '=', deviceId).where('kind', '=', kind).execute()
  await db
    .insertInto('device_doubts')
    .values({
      device_id: deviceId,
      kind,
      customer_id: doubt.customerId,
      known_fingerprint: JSON.stringify(doubt.known),
      other_print: doubt.otherPrint,
      other_fingerprint: doubt.other === undefined ? null : JSON.stringify(doubt.other),
      other_instance: doubt.otherInstance ?? null,
      other_address: doubt.otherAddress,
      first_at: at,
      last_at: at,
      times: 1,
      answer: null,
      answered_at: null,
    })
    .execute()
}

/** The same once more; what it tells besides is added. */
export async function repeatDoubt(db: Queryable, doubt: NewDoubt): Promise<void> {
  const { deviceId, kind, at, other, otherInstance, otherAddress } = doubt
  await db
    .updateTable('device_doubts')
    .set({
      last_at: at,
      times: sql`times + 1`,
      other_address: otherAddress,
      ...(other === undefined ? {} : { other_fingerprint: JSON.stringify(other) }),
      ...(otherInstance === undefined ? {} : { other_instance: otherInstance }),
    })
    .where('device_id', '=', deviceId)
    .where('kind', '=', kind)
    .execute()
}

export async function findDoubt(db: Queryable, deviceId: Id<'dev'>, kind: DoubtKind): Promise<Doubt | undefined> {
  const row = await db
    .selectFrom('device_doubts')
    .selectAll()
    .where('device_id', '=', deviceId)
    .where('kind', '=', kind)
    .executeTakeFirst()
  return row && toDoubt(row)
}

export async function findDoubtLocked(tx: Transaction, deviceId: Id<'dev'>, kind: DoubtKind): Promise<Doubt | undefined> {
  const query = tx.selectFrom('device_doubts').selectAll().where('device_id', '=', deviceId).where('kind', '=', kind)
  const row = await query.forUpdate().executeTakeFirst()
  return row && toDoubt(row)
}

/** Those that wait for an answer. */
export async function listOpenDoubts(db: Queryable, deviceId: Id<'dev'>): Promise<readonly Doubt[]> {
  const query = db.selectFrom('device_doubts').selectAll().where('device_id', '=', deviceId).where('answer', 'is', null)
  return (await query.orderBy('kind').execute()).map(toDoubt)
}

/** `silencedPrint`: of the computer that connects anew, and whose attempts until then are no news. */
export async function settleDoubt(
  tx: Transaction,
  doubt: {
    readonly deviceId: Id<'dev'>
    readonly kind: DoubtKind
    readonly answer: DoubtAnswer
    readonly answeredAt: number
    readonly silencedPrint: string
  },
): Promise<void> {
  const { deviceId, kind, answer, answeredAt, silencedPrint } = doubt
  await tx
    .updateTable('device_doubts')
    .set({ answer, answered_at: answeredAt, other_print: silencedPrint })
    .where('device_id', '=', deviceId)
    .where('kind', '=', kind)
    .execute()
}

/** The computer was connected anew, or is no more. */
export async function deleteDoubts(db: Queryable, deviceId: Id<'dev'>): Promise<void> {
  await db.deleteFrom('device_doubts').where('device_id', '=', deviceId).execute()
}

function toDoubt(row: DeviceDoubtRow): Doubt {
  return {
    deviceId: row.device_id,
    customerId: row.customer_id,
    kind: row.kind,
    known: fingerprintSchema.parse(JSON.parse(row.known_fingerprint)),
    otherPrint: row.other_print,
    other: row.other_fingerprint === null ? undefined : fingerprintSchema.parse(JSON.parse(row.other_fingerprint)),
    otherInstance: row.other_instance ?? undefined,
    otherAddress: row.other_address,
    firstAt: row.first_at,
    lastAt: row.last_at,
    times: row.times,
    answer: row.answer ?? undefined,
    answeredAt: row.answered_at ?? undefined,
  }
}
