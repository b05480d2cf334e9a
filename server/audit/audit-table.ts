import type { ColumnType, Generated } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { type AuditEntry, actorName } from './audit.ts'

/** Column types that cannot be updated: the log is append-only. */
type Written<Value> = ColumnType<Value, Value, never>

export interface AuditRow {
  readonly id: Generated<number>
  readonly at: Written<number>
  readonly actor_kind: Written<string>
  readonly actor_id: Written<Id<'usr'> | null>
  readonly actor_name: Written<string>
  readonly action: Written<string>
  readonly object_id: Written<string | null>
  readonly customer_id: Written<Id<'cus'> | null>
  readonly address: Written<string>
  readonly detail: Written<string>
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly audit: AuditRow
  }
}

const maxAddressCharacters = 64
const maxActorCharacters = 254

export async function insertAudit(db: Queryable, entry: AuditEntry): Promise<void> {
  await db
    .insertInto('audit')
    .values({
      at: entry.at,
      actor_kind: entry.actor.kind,
      actor_id: entry.actor.kind === 'user' ? entry.actor.userId : null,
      actor_name: actorName(entry.actor).slice(0, maxActorCharacters),
      action: entry.action,
      object_id: entry.objectId ?? null,
      customer_id: entry.customerId ?? null,
      address: entry.address.slice(0, maxAddressCharacters),
      detail: JSON.stringify(entry.detail ?? {}),
    })
    .execute()
}
