import { createRoute, z } from '@hono/zod-openapi'
import { formatTime, idSchema, jsonContent, problemResponses, signedInOnly, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import { type Customer, formatCustomerNumber } from './customer.ts'
import type { CustomersService } from './customers-service.ts'

const customerSchema = z
  .object({
    id: z.string().openapi({ example: 'cus_a2b3c4d5e6f7g2h3i4j5' }),
    number: z.string().openapi({ example: 'C-000001' }),
    name: z.string(),
    state: z.enum(['active', 'suspended']),
    recoveryKitPrintedAt: timeSchema.nullable(),
    createdAt: timeSchema,
  })
  .openapi('Customer')

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/customers',
  tags: ['Customers'],
  summary: 'Customers, as far as you may see them',
  ...signedInOnly,
  request: { query: pageQuerySchema },
  responses: {
    200: { description: 'A page of customers', content: jsonContent(pageSchema(customerSchema)) },
    ...problemResponses,
  },
})

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/customers/{customerId}',
  tags: ['Customers'],
  summary: 'One customer',
  ...signedInOnly,
  request: { params: z.object({ customerId: idSchema('cus') }) },
  responses: { 200: { description: 'The customer', content: jsonContent(customerSchema) }, ...problemResponses },
})

export function customersRoutes({ customers }: { readonly customers: CustomersService }): App {
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('customers:read')
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => customers.list({ reach, afterNumber: cursorNumber(after), limit }),
      ({ number }) => String(number),
    )
    return c.json({ ...page, items: page.items.map(customerBody) }, 200)
  })
  routes.openapi(getRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    requireIn(c, 'customers:read', customerId)
    const customer = await customers.find(customerId)
    if (customer === undefined) throw new Problem('HF-NOT-FOUND')
    return c.json(customerBody(customer), 200)
  })
  return routes
}

function customerBody(customer: Customer): z.input<typeof customerSchema> {
  return {
    id: customer.customerId,
    number: formatCustomerNumber(customer.number),
    name: customer.name,
    state: customer.state === 'suspended' ? 'suspended' : 'active',
    recoveryKitPrintedAt: customer.kitPrintedAt === undefined ? null : formatTime(customer.kitPrintedAt),
    createdAt: formatTime(customer.createdAt),
  }
}
