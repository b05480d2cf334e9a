import { createRoute, z } from '@hono/zod-openapi'
import { findCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { jsonContent, problemResponses, signedInOnly, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import { auditBody } from './audit-export.ts'
import { auditFilterSchema, parsePlaceKey, placeKey, readQuestion } from './audit-question.ts'
import type { AuditService } from './audit-service.ts'

const auditSchema = z
  .object({
    id: z.int(),
    at: timeSchema,
    actor: z.string().openapi({ description: 'The mail address of a person, or what else acted.' }),
    action: z.string().openapi({ example: 'customer.suspended' }),
    sentence: z.string(),
    objectId: z.string().nullable(),
    customerId: z.string().nullable().openapi({ description: 'null: the box’s own.' }),
    customer: z.string().nullable(),
    address: z.string(),
    detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).readonly(),
  })
  .openapi('AuditEntry')

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/audit',
  tags: ['Audit'],
  summary: 'What was done, newest first: of the whole box for administrators, of their own customer for owners',
  ...signedInOnly,
  request: {
    query: pageQuerySchema.extend(auditFilterSchema.shape).extend({
      customer: z.string().max(200).default('').openapi({ description: 'Id, number or name; an owner of several says which.' }),
      from: z.string().max(10).default('').openapi({ description: 'First day, UTC.', example: '2026-03-14' }),
      until: z.string().max(10).default('').openapi({ description: 'Last day, UTC.' }),
    }),
  },
  responses: { 200: { description: 'A page of the log', content: jsonContent(pageSchema(auditSchema)) }, ...problemResponses },
})

export function auditApiRoutes(options: { readonly audit: AuditService; readonly customers: CustomersService }): App {
  const { audit, customers } = options
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => {
    const { cursor, limit, ...filter } = c.req.valid('query')
    const reach = c.var.access.customersWith('audit:read')
    const named = filter.customer.trim()
    const meant = named === '' ? undefined : await customers.findMeant(named, findCustomerNumber(named))
    const customerId = named === '' && reach !== 'all' && reach.length === 1 ? reach[0] : meant
    const isReached = customerId === undefined ? named === '' && reach === 'all' : reach === 'all' || reach.includes(customerId)
    if (!isReached)
      throw new Problem('HF-VALIDATION', { errors: [{ field: 'query.customer', message: 'a customer you may read' }] })
    const asked = readQuestion(filter, { customerId, timeZone: 'UTC' })
    if (asked.kind === 'wrong')
      throw new Problem('HF-VALIDATION', { errors: [{ field: `query.${asked.field}`, message: asked.words }] })
    const page = await readPage(
      { cursor, limit },
      (wanted) =>
        audit.list(asked.question, {
          after: wanted.after === undefined ? undefined : getPlace(wanted.after),
          limit: wanted.limit,
        }),
      placeKey,
    )
    return c.json({ ...page, items: page.items.map(auditBody) }, 200)
  })
  return routes
}

function getPlace(key: string) {
  const place = parsePlaceKey(key)
  if (place === undefined)
    throw new Problem('HF-VALIDATION', { errors: [{ field: 'query.cursor', message: 'not a cursor of this list' }] })
  return place
}
