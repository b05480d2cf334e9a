/** Everything about one customer that is not a backed up file, as a ZIP that is made while it is read. */
import type { ActingAs } from '../../audit/audit.ts'
import { auditBody } from '../../audit/audit-export.ts'
import type { AuditService, ToldAudit } from '../../audit/audit-service.ts'
import { insertAudit } from '../../audit/audit-table.ts'
import type { Database } from '../../database/database.ts'
import { zipArchive } from '../../restores/zip/zip-archive.ts'
import type { Clock } from '../../runtime/clock.ts'
import { type Customer, formatCustomerNumber } from '../customer.ts'
import { exportEntries } from './export-files.ts'
import { exportReadme } from './export-readme.ts'
import {
  type ExportRow,
  exportComputers,
  exportJobs,
  exportPeople,
  exportRestores,
  exportRuns,
  exportShares,
  exportSubscriptions,
  exportVersions,
} from './export-table.ts'

export interface ExportService {
  /** `isForOwner`: with how to restore, and without the staff's notes. */
  readonly make: (
    customer: Customer,
    how: { readonly isForOwner: boolean; readonly host: string; readonly timeZone: string },
    actingAs: ActingAs,
  ) => Promise<AsyncIterable<Uint8Array>>
}

export function createExport(options: {
  readonly database: Database
  readonly clock: Clock
  readonly audit: AuditService
}): ExportService {
  const { database, clock, audit } = options
  const { kysely } = database
  return {
    make: async (customer, { isForOwner, host, timeZone }, actingAs) => {
      const { customerId } = customer
      const madeAt = clock.now()
      const entry = { at: madeAt, action: 'customer.exported', objectId: customerId, customerId } as const
      await insertAudit(kysely, { ...actingAs, ...entry })
      const question = { customerId, person: '', object: '', action: undefined, from: undefined, until: undefined }
      return zipArchive(
        exportEntries({
          folder: `${formatCustomerNumber(customer.number)}-export`,
          texts: [{ name: 'README.txt', text: exportReadme(customer, { madeAt, isForOwner, host }) }],
          tables: [
            { name: 'details', pages: once(detailsRow(customer, isForOwner)) },
            { name: 'people', pages: exportPeople(kysely, customerId) },
            { name: 'plans', pages: exportSubscriptions(kysely, customerId) },
            { name: 'computers', pages: exportComputers(kysely, customerId) },
            { name: 'jobs', pages: exportJobs(kysely, customerId) },
            { name: 'runs', pages: exportRuns(kysely, customerId) },
            { name: 'versions', pages: exportVersions(kysely, customerId, { withWords: isForOwner }) },
            { name: 'links', pages: exportShares(kysely, customerId) },
            { name: 'restores', pages: exportRestores(kysely, customerId) },
            { name: 'audit', pages: auditRows(audit.walk(question)) },
          ],
          madeAt,
          timeZone,
        }),
      )
    },
  }
}

async function* once(row: ExportRow): AsyncGenerator<readonly ExportRow[]> {
  yield [row]
}

function detailsRow({ customerId, number, name, state, details, createdAt }: Customer, isForOwner: boolean): ExportRow {
  const { notes, ...shown } = details
  const more = isForOwner ? {} : { notes }
  return {
    id: customerId,
    number: formatCustomerNumber(number),
    name,
    state,
    ...shown,
    ...more,
    since: new Date(createdAt).toISOString(),
  }
}

async function* auditRows(pages: AsyncIterable<readonly ToldAudit[]>): AsyncGenerator<readonly ExportRow[]> {
  for await (const rows of pages)
    yield rows.map((row) => {
      const { detail, ...body } = auditBody(row)
      return { ...body, detail: JSON.stringify(detail) }
    })
}
