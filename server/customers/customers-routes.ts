/** Customers for scripts: read, founded, changed, suspended, deleted and kept. */

import { createRoute, z } from '@hono/zod-openapi'
import { actingAsUser } from '../http/acting-as-user.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { userOf } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'
import { requireRecentProof } from '../sessions/recent-proof.ts'
import { maxCustomerNameCharacters } from './customer.ts'
import { customerBody, customerSchema, detailsSchema, notesSchema, reasonSchema } from './customer-body.ts'
import type { CustomersService } from './customers-service.ts'
import type { RegistrationService } from './registration-service.ts'
import type { StandingService } from './standing-service.ts'

const nameSchema = z.string().max(maxCustomerNameCharacters * 4)
const oneCustomer = { params: z.object({ customerId: idSchema('cus') }) }
const theCustomer = { description: 'The customer', content: jsonContent(customerSchema) }
const common = { tags: ['Customers'], ...signedInOnly }

const listRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/customers',
  summary: 'Customers, as far as you may see them',
  request: { query: pageQuerySchema },
  responses: {
    200: { description: 'A page of customers', content: jsonContent(pageSchema(customerSchema)) },
    ...problemResponses,
  },
})

const getRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/customers/{customerId}',
  summary: 'One customer',
  request: oneCustomer,
  responses: { 200: theCustomer, ...problemResponses },
})

const createCustomerRoute = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/customers',
  summary: 'Founds a customer, with a plan where one is named',
  request: {
    body: {
      required: true,
      content: jsonContent(
        z.object({
          name: nameSchema,
          plan: z.string().max(100).optional().openapi({ description: 'Name or id.' }),
          details: detailsSchema.partial().optional(),
          notes: notesSchema.optional(),
        }),
      ),
    },
  },
  responses: { 201: theCustomer, ...problemResponses },
})

const changeRoute = createRoute({
  ...common,
  method: 'patch',
  path: '/api/v1/customers/{customerId}',
  summary: 'Changes what is written down of a customer; what is not named stays',
  request: {
    ...oneCustomer,
    body: {
      required: true,
      content: jsonContent(
        z.object({ name: nameSchema.optional(), details: detailsSchema.partial().optional(), notes: notesSchema.optional() }),
      ),
    },
  },
  responses: { 200: theCustomer, ...problemResponses },
})

const suspendRoute = createRoute({
  ...common,
  method: 'put',
  path: '/api/v1/customers/{customerId}/suspension',
  summary: 'Suspends a customer: backups are refused with the reason, restoring goes on',
  request: { ...oneCustomer, body: { required: true, content: jsonContent(reasonSchema) } },
  responses: { 200: theCustomer, ...problemResponses },
})

const resumeRoute = createRoute({
  ...common,
  method: 'delete',
  path: '/api/v1/customers/{customerId}/suspension',
  summary: 'Takes a suspension back',
  request: oneCustomer,
  responses: { 200: theCustomer, ...problemResponses },
})

const leaveRoute = createRoute({
  ...common,
  method: 'delete',
  path: '/api/v1/customers/{customerId}',
  summary: 'Deletes a customer; for thirty days that can be taken back',
  request: {
    ...oneCustomer,
    query: z.object({
      number: z.string().max(32).openapi({ description: 'The customer’s number, to be sure.', example: 'C-000007' }),
    }),
  },
  responses: { 200: theCustomer, ...problemResponses },
})

const stayRoute = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/customers/{customerId}/keep',
  summary: 'Keeps a customer that was deleted',
  request: oneCustomer,
  responses: { 200: theCustomer, ...problemResponses },
})

export function customersRoutes(options: {
  readonly customers: CustomersService
  readonly registrations: RegistrationService
  readonly customerStandings: StandingService
  readonly clientOf: ClientOf
}): App {
  const { customers, registrations, customerStandings, clientOf } = options
  const routes = newRoutes()
  const actingAs = (c: AppContext) => actingAsUser(c, clientOf)
  const reader = (c: AppContext) => ({ isForStaff: userOf(c.var.access.principal)?.staffRole !== undefined })

  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('customers:read')
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => customers.list({ reach, afterNumber: cursorNumber(after), limit }),
      ({ number }) => String(number),
    )
    return c.json({ ...page, items: page.items.map((customer) => customerBody(customer, reader(c))) }, 200)
  })
  routes.openapi(getRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    requireIn(c, 'customers:read', customerId)
    const customer = await customers.find(customerId)
    if (customer === undefined) throw new Problem('HF-NOT-FOUND')
    return c.json(customerBody(customer, reader(c)), 200)
  })
  routes.openapi(createCustomerRoute, async (c) => {
    const { name, plan, details = {}, notes } = c.req.valid('json')
    const registration = { name, plan, details: { ...details, ...(notes === undefined ? {} : { notes }) } }
    const { customer } = await registrations.register(registration, actingAs(c))
    return c.json(customerBody(customer, reader(c)), 201)
  })
  routes.openapi(changeRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    requireIn(c, 'account:write', customerId)
    const { name, details = {}, notes } = c.req.valid('json')
    // Notes are the staff's own.
    if (notes !== undefined && !reader(c).isForStaff) throw new Problem('HF-FORBIDDEN')
    const change = { name, details: { ...details, ...(notes === undefined ? {} : { notes }) } }
    return c.json(customerBody(await registrations.change(customerId, change, actingAs(c)), reader(c)), 200)
  })
  routes.openapi(suspendRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    const customer = await customerStandings.suspend(customerId, c.req.valid('json').reason, actingAs(c))
    return c.json(customerBody(customer, reader(c)), 200)
  })
  routes.openapi(resumeRoute, async (c) => {
    const customer = await customerStandings.resume(c.req.valid('param').customerId, actingAs(c))
    return c.json(customerBody(customer, reader(c)), 200)
  })
  routes.openapi(leaveRoute, async (c) => {
    requireRecentProof(c)
    const customer = await customerStandings.leave(c.req.valid('param').customerId, c.req.valid('query').number, actingAs(c))
    return c.json(customerBody(customer, reader(c)), 200)
  })
  routes.openapi(stayRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    requireIn(c, 'account:keep', customerId)
    requireRecentProof(c)
    return c.json(customerBody(await customerStandings.stay(customerId, actingAs(c)), reader(c)), 200)
  })
  return routes
}
