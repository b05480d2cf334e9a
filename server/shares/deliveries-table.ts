/** Deliveries that are counted, and not yet told. */
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { CountedDelivery } from './delivery.ts'

export interface ShareDeliveryRow {
  readonly session_id: Id<'bks'>
  readonly share_id: Id<'shr'>
  readonly at: number
  readonly files: number
  readonly bytes: number
  readonly sender: string
  readonly network: string
  readonly agent: string
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly share_deliveries: ShareDeliveryRow
  }
}

export async function insertDelivery(tx: Transaction, delivery: CountedDelivery): Promise<void> {
  const { sessionId, shareId, at, files, bytes, sender, network, agent } = delivery
  await tx
    .insertInto('share_deliveries')
    .values({ session_id: sessionId, share_id: shareId, at, files, bytes, sender, network, agent })
    .execute()
}

/** False: somebody was quicker. */
export async function deleteDelivery(tx: Transaction, sessionId: Id<'bks'>): Promise<boolean> {
  const result = await tx.deleteFrom('share_deliveries').where('session_id', '=', sessionId).executeTakeFirstOrThrow()
  return result.numDeletedRows === 1n
}

export interface EndedDelivery extends CountedDelivery {
  /** Undefined: it was given up, or its version has gone again. */
  readonly version: Id<'snap'> | undefined
  readonly isCommitted: boolean
}

/** Those whose sessions have ended; all of them, or one. */
export async function listEndedDeliveries(
  db: Queryable,
  of: { readonly sessionId?: Id<'bks'>; readonly limit: number },
): Promise<readonly EndedDelivery[]> {
  let query = db
    .selectFrom('share_deliveries as delivery')
    .innerJoin('backup_sessions as session', 'session.id', 'delivery.session_id')
    .leftJoin('runs', 'runs.id', 'session.run_id')
    .selectAll('delivery')
    .select(['session.state', 'runs.snapshot'])
    .where('session.state', '!=', 'open')
    .orderBy('delivery.at')
    .limit(of.limit)
  if (of.sessionId !== undefined) query = query.where('delivery.session_id', '=', of.sessionId)
  return (await query.execute()).map((row) => ({
    sessionId: row.session_id,
    shareId: row.share_id,
    at: row.at,
    files: row.files,
    bytes: row.bytes,
    sender: row.sender,
    network: row.network,
    agent: row.agent,
    version: row.snapshot ?? undefined,
    isCommitted: row.state === 'committed',
  }))
}
