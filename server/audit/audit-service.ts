/** Looking into the log: a page of it, or all that a question finds, with the names of what it tells of. */
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { ActingAs, AuditAction, AuditEntry, AuditRecord } from './audit.ts'
import { findActorsMeant, findObjectNames, findObjectsMeant } from './audit-objects-table.ts'
import { type AuditPlace, type AuditQuery, listAudit } from './audit-search-table.ts'
import { insertAudit } from './audit-table.ts'
import { auditSentence } from './audit-words.ts'

/** A question as a person asks it. */
export interface AuditQuestion {
  /** Undefined: the whole box. */
  readonly customerId: Id<'cus'> | undefined
  readonly person: string
  readonly object: string
  readonly action: AuditAction | undefined
  readonly from: number | undefined
  readonly until: number | undefined
}

export interface ToldAudit extends AuditRecord {
  /** Begins with what was done: `suspended Calder & Rowe (C-000002): …`. */
  readonly sentence: string
  /** Undefined: the box’s own, or nobody knows the customer any more. */
  readonly customerName: string | undefined
}

export interface AuditService {
  /** For what has no transaction of its own. */
  readonly note: (actingAs: ActingAs, entry: Pick<AuditEntry, 'action' | 'objectId' | 'customerId' | 'detail'>) => Promise<void>
  readonly list: (
    question: AuditQuestion,
    page: { readonly after: AuditPlace | undefined; readonly limit: number },
  ) => Promise<readonly ToldAudit[]>
  /** Everything that answers it, a page at a time. */
  readonly walk: (question: AuditQuestion) => AsyncGenerator<readonly ToldAudit[]>
}

const rowsPerStep = 500

export function createAuditService(options: { readonly database: Database; readonly clock: Clock }): AuditService {
  const { database, clock } = options
  const { kysely } = database

  const queryOf = async (question: AuditQuestion): Promise<Omit<AuditQuery, 'after' | 'limit'>> => {
    const { customerId, person, object, action, from, until } = question
    const actors = person.trim() === '' ? undefined : await findActorsMeant(kysely, person)
    const objects = object.trim() === '' ? undefined : await findObjectsMeant(kysely, object)
    return { customerId, actors, objects, action, from, until }
  }

  const tell = async (records: readonly AuditRecord[]): Promise<readonly ToldAudit[]> => {
    const ids = records.flatMap(({ objectId, customerId }) => [objectId, customerId]).filter((id) => id !== undefined)
    const names = await findObjectNames(kysely, ids)
    return records.map((record) => ({
      ...record,
      sentence: auditSentence(record, record.objectId === undefined ? undefined : names.get(record.objectId)),
      customerName: record.customerId === undefined ? undefined : names.get(record.customerId),
    }))
  }

  return {
    note: (actingAs, entry) => insertAudit(kysely, { ...actingAs, ...entry, at: clock.now() }),
    list: async (question, page) => tell(await listAudit(kysely, { ...(await queryOf(question)), ...page })),
    walk: async function* (question) {
      const query = await queryOf(question)
      for (let after: AuditPlace | undefined; ; ) {
        const records = await listAudit(kysely, { ...query, after, limit: rowsPerStep })
        const last = records.at(-1)
        if (last === undefined) return
        yield await tell(records)
        if (records.length < rowsPerStep) return
        after = last
      }
    },
  }
}
