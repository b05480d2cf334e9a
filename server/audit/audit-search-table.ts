/**
 * Reads the log, newest first. Each way of looking walks an index that lies in that order (migrations/0013), so that a page costs what
 * it holds and not what the log holds.
 */
import type { Selectable } from 'kysely'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { AuditAction, AuditDetail, AuditRecord } from './audit.ts'
import type { AuditRow } from './audit-table.ts'

export interface AuditPlace {
  readonly at: number
  readonly id: number
}

export interface AuditQuery {
  readonly customerId: Id<'cus'> | undefined
  /** As the rows call them; undefined: whoever. */
  readonly actors: readonly string[] | undefined
  readonly objects: readonly string[] | undefined
  readonly action: AuditAction | undefined
  readonly from: number | undefined
  /** The first moment that does not count any more. */
  readonly until: number | undefined
  /** The row that the page before ended with. */
  readonly after: AuditPlace | undefined
  readonly limit: number
}

/** What a person typed may mean so many people or objects. */
export const maxMeant = 20

export async function listAudit(db: Queryable, query: AuditQuery): Promise<readonly AuditRecord[]> {
  const { objects, actors } = query
  // One walk for each object or person that is meant: each has its own order, and the pages are merged.
  if (objects !== undefined)
    return merged(
      query,
      objects.map((object) => walk(db, query).where('object_id', '=', object)),
    )
  if (actors !== undefined)
    return merged(
      query,
      actors.map((actor) => walk(db, query).where('actor_name', '=', actor)),
    )
  return merged(query, [walk(db, query)])
}

async function merged({ limit }: AuditQuery, walks: readonly ReturnType<typeof walk>[]): Promise<readonly AuditRecord[]> {
  const pages = await Promise.all(walks.slice(0, maxMeant).map((one) => one.limit(limit).execute()))
  return pages
    .flat()
    .sort((one, other) => other.at - one.at || other.id - one.id)
    .slice(0, limit)
    .map(toRecord)
}

function walk(db: Queryable, { customerId, actors, objects, action, from, until, after }: AuditQuery) {
  let query = db.selectFrom('audit').selectAll().orderBy('at', 'desc').orderBy('id', 'desc')
  if (customerId !== undefined) query = query.where('customer_id', '=', customerId)
  if (objects !== undefined && actors !== undefined) query = query.where('actor_name', 'in', actors.length === 0 ? [''] : actors)
  if (action !== undefined) query = query.where('action', '=', action)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (until !== undefined) query = query.where('at', '<', until)
  if (after !== undefined)
    query = query
      .where('at', '<=', after.at)
      .where(({ or, and, eb }) => or([eb('at', '<', after.at), and([eb('at', '=', after.at), eb('id', '<', after.id)])]))
  return query
}

function toRecord(row: Selectable<AuditRow>): AuditRecord {
  return {
    id: row.id,
    at: row.at,
    actorName: row.actor_name,
    action: row.action,
    objectId: row.object_id ?? undefined,
    customerId: row.customer_id ?? undefined,
    address: row.address,
    detail: JSON.parse(row.detail) as AuditDetail,
  }
}
