/** The pages Audit: of the box, and of one account; and the same as a file. */
import { type AuditFilterProps, auditPage } from '../../views/pages/audit.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccount } from '../accounts/account.ts'
import { type Customer, findCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { customerPath } from '../http/page-paths.ts'
import { readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { sendBytes } from '../restores/send-bytes.ts'
import { createSlots } from '../restores/slots.ts'
import type { Id } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import { auditActions } from './audit.ts'
import { auditCsv, auditJson } from './audit-export.ts'
import { type AuditFilter, auditFilterSchema, parsePlaceKey, placeKey, readQuestion } from './audit-question.ts'
import type { AuditQuestion, AuditService, ToldAudit } from './audit-service.ts'
import { auditTitle } from './audit-words.ts'

const rowsPerPage = 50
const maxExportsAtOnce = 4

const actionChoices = auditActions
  .map((value) => ({ value, words: auditTitle(value) }))
  .sort((one, other) => one.words.localeCompare(other.words))

export function auditRoutes(options: {
  readonly audit: AuditService
  readonly customers: CustomersService
  readonly log: Log
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { audit, customers, log, pageContext } = options
  const slots = createSlots(maxExportsAtOnce)
  const routes = newRoutes()

  /** A filter, with the customer it names; `wrong` where it cannot be. */
  const ask = async (filter: AuditFilter, own: Customer | undefined, timeZone: string) => {
    const customerId = own?.customerId ?? (await findCustomerMeant(customers, filter.customer))
    if (customerId === 'unknown') return { kind: 'wrong', words: 'There is no customer of this number, name or id.' } as const
    return readQuestion(filter, { customerId, timeZone })
  }

  const show = async (c: AppContext, path: string, own: Customer | undefined) => {
    const page = pageContext(c)
    const filter = filterOf(c)
    const viewer = own === undefined ? staffViewer(c, page.site.host) : (await openAccount(c, customers)).viewer
    const asked = await ask(filter, own, page.reader.timeZone)
    const cursor = c.req.query('cursor')
    const found = asked.kind === 'good' ? await listPage(asked.question, cursor) : undefined
    return c.html(
      await auditPage({
        ...page,
        viewer,
        path,
        customerName: own?.name,
        filter,
        problem: asked.kind === 'wrong' ? asked.words : undefined,
        actions: actionChoices,
        rows: (found?.items ?? []).map((row) => rowProps(row, own === undefined)),
        nextPath: found?.nextCursor ? `${path}?${queryOf(filter, { cursor: found.nextCursor })}` : undefined,
        isFirstPage: cursor === undefined,
        csvPath: `${path}/export?${queryOf(filter, { format: 'csv' })}`,
        jsonPath: `${path}/export?${queryOf(filter, { format: 'json' })}`,
      }),
      asked.kind === 'wrong' ? 422 : 200,
    )
  }

  const listPage = (question: AuditQuestion, cursor: string | undefined) =>
    readPage(
      { cursor, limit: rowsPerPage },
      ({ after, limit }) => audit.list(question, { after: after === undefined ? undefined : getPlace(after), limit }),
      placeKey,
    )

  const send = async (c: AppContext, own: Customer | undefined) => {
    const { reader } = pageContext(c)
    const asked = await ask(filterOf(c), own, reader.timeZone)
    if (asked.kind === 'wrong') throw new Problem('HF-VALIDATION', { detail: asked.words })
    const isJson = c.req.query('format') === 'json'
    const day = new Date(reader.nowMs).toISOString().slice(0, 10)
    const headers = {
      'content-type': isJson ? 'application/json' : 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="audit-${day}.${isJson ? 'json' : 'csv'}"`,
      'cache-control': 'no-store',
    }
    using slot = slots.take()
    if (slot === undefined) throw new Problem('HF-BUSY', { headers: { 'retry-after': '10' } })
    const pages = audit.walk(asked.question)
    return await sendBytes(c, { status: 200, headers, body: isJson ? auditJson(pages) : auditCsv(pages), log })
  }

  routes.get('/audit', (c) => show(c, '/audit', undefined))
  routes.get('/audit/export', (c) => send(c, undefined))
  routes.get('/account/audit', async (c) => show(c, '/account/audit', await ownCustomer(c)))
  routes.get('/account/audit/export', async (c) => send(c, await ownCustomer(c)))

  async function ownCustomer(c: AppContext): Promise<Customer> {
    const { customer } = await openAccount(c, customers)
    if (!c.var.access.may('audit:read', customer.customerId)) throw new Problem('HF-FORBIDDEN')
    return customer
  }

  return routes
}

function filterOf(c: AppContext): AuditFilter {
  const parsed = auditFilterSchema.safeParse(c.req.query())
  if (!parsed.success) throw new Problem('HF-VALIDATION', { detail: 'A part of the question is too long.' })
  return parsed.data
}

async function findCustomerMeant(customers: CustomersService, text: string): Promise<Id<'cus'> | undefined | 'unknown'> {
  const typed = text.trim()
  if (typed === '') return undefined
  return (await customers.findMeant(typed, findCustomerNumber(typed))) ?? 'unknown'
}

function getPlace(key: string) {
  const place = parsePlaceKey(key)
  if (place === undefined) throw new Problem('HF-VALIDATION', { detail: 'This is not a place in this list.' })
  return place
}

function queryOf(filter: AuditFilterProps, more: Readonly<Record<string, string>>): string {
  const given = Object.entries({ ...filter, ...more }).filter(([, value]) => value !== '')
  return new URLSearchParams(given).toString()
}

function rowProps(row: ToldAudit, isOfBox: boolean) {
  const { customerId, customerName } = row
  const path = customerId !== undefined && customerName !== undefined && isOfBox ? customerPath(customerId) : undefined
  return {
    atMs: row.at,
    who: row.actorName,
    sentence: row.sentence,
    customer: customerId === undefined ? undefined : { name: customerName ?? customerId, path },
    address: row.address,
  }
}
