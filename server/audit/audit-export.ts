/** The log as a file, a page at a time: CSV for office programs, JSON for others. Memory holds one page. */
import { formatTime } from '../http/api-schemas.ts'
import { csvLine, csvStart } from '../text/csv.ts'
import type { ToldAudit } from './audit-service.ts'

export interface AuditBody {
  readonly id: number
  readonly at: string
  readonly actor: string
  readonly action: string
  readonly sentence: string
  readonly objectId: string | null
  readonly customerId: string | null
  readonly customer: string | null
  readonly address: string
  readonly detail: Readonly<Record<string, string | number | boolean>>
}

export function auditBody(row: ToldAudit): AuditBody {
  return {
    id: row.id,
    at: formatTime(row.at),
    actor: row.actorName,
    action: row.action,
    sentence: row.sentence,
    objectId: row.objectId ?? null,
    customerId: row.customerId ?? null,
    customer: row.customerName ?? null,
    address: row.address,
    detail: row.detail,
  }
}

const columns = ['Number', 'Time (UTC)', 'Who', 'What', 'In words', 'Object', 'Customer', 'From', 'Details'] as const

export async function* auditCsv(pages: AsyncIterable<readonly ToldAudit[]>): AsyncGenerator<Buffer> {
  yield Buffer.from(csvStart + csvLine(columns))
  for await (const rows of pages) yield Buffer.from(rows.map(csvRow).join(''))
}

function csvRow(row: ToldAudit): string {
  const { id, at, actor, action, sentence, objectId, customer, customerId, address, detail } = auditBody(row)
  return csvLine([id, at, actor, action, sentence, objectId, customer ?? customerId, address, JSON.stringify(detail)])
}

/** One array, a row a line. */
export async function* auditJson(pages: AsyncIterable<readonly ToldAudit[]>): AsyncGenerator<Buffer> {
  yield Buffer.from('[')
  let separator = '\n'
  for await (const rows of pages) {
    const lines = rows.map((row) => JSON.stringify(auditBody(row))).join(',\n')
    yield Buffer.from(separator + lines)
    separator = ',\n'
  }
  yield Buffer.from('\n]\n')
}
