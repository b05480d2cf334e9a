import { createHash } from 'node:crypto'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { type AcceptedSkip, maxAcceptedOfDevice } from './accepted-skip.ts'

export interface AcceptedSkipRow {
  readonly id: Id<'skp'>
  readonly customer_id: Id<'cus'>
  readonly device_id: Id<'dev'>
  readonly job: string
  readonly pattern: string
  readonly pattern_hash: Buffer
  readonly reason: string
  readonly accepted_by: string
  readonly accepted_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly accepted_skips: AcceptedSkipRow
  }
}

const hashBytes = 16

/** Accepting the same again changes the reason. */
export async function putAcceptedSkip(tx: Transaction, skip: AcceptedSkip): Promise<void> {
  const { reason, acceptedBy: accepted_by, acceptedAt: accepted_at } = skip
  await tx
    .insertInto('accepted_skips')
    .values({
      id: skip.skipId,
      customer_id: skip.customerId,
      device_id: skip.deviceId,
      job: skip.job,
      pattern: skip.pattern,
      pattern_hash: createHash('sha256').update(skip.pattern).digest().subarray(0, hashBytes),
      reason,
      accepted_by,
      accepted_at,
    })
    .onDuplicateKeyUpdate({ reason, accepted_by, accepted_at })
    .execute()
}

export async function removeAcceptedSkip(tx: Transaction, skipId: Id<'skp'>): Promise<void> {
  await tx.deleteFrom('accepted_skips').where('id', '=', skipId).execute()
}

export async function findAcceptedSkip(db: Queryable, skipId: Id<'skp'>): Promise<AcceptedSkip | undefined> {
  const row = await db.selectFrom('accepted_skips').selectAll().where('id', '=', skipId).executeTakeFirst()
  return row && toSkip(row)
}

/** Of one job, or of all of a computer's. */
export async function listAcceptedSkips(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'>; readonly job?: string },
): Promise<readonly AcceptedSkip[]> {
  let query = db.selectFrom('accepted_skips').selectAll().where('device_id', '=', of.deviceId)
  if (of.job !== undefined) query = query.where('job', '=', of.job)
  const rows = await query.orderBy('accepted_at', 'desc').orderBy('id').limit(maxAcceptedOfDevice).execute()
  return rows.map(toSkip)
}

function toSkip(row: AcceptedSkipRow): AcceptedSkip {
  return {
    skipId: row.id,
    customerId: row.customer_id,
    deviceId: row.device_id,
    job: row.job,
    pattern: row.pattern,
    reason: row.reason,
    acceptedBy: row.accepted_by,
    acceptedAt: row.accepted_at,
  }
}
