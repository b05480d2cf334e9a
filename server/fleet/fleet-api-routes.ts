import { createRoute, z } from '@hono/zod-openapi'
import { formatCustomerNumber } from '../customers/customer.ts'
import { formatDeviceNumber } from '../devices/device.ts'
import {
  bytesSchema,
  formatTime,
  idSchema,
  jsonContent,
  problemResponses,
  signedInOnly,
  timeSchema,
} from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { standingKinds } from '../standings/standing.ts'
import { type FleetComputer, fleetSorts, maxSearchCharacters, usualOrder } from './fleet.ts'
import type { FleetService } from './fleet-service.ts'

const fleetComputerSchema = z
  .object({
    id: z.string().openapi({ example: 'dev_a2b3c4d5e6f7g2h3i4j5' }),
    number: z.string().openapi({ example: 'D-000001' }),
    name: z.string(),
    customer: z.object({ id: z.string(), number: z.string().openapi({ example: 'C-000001' }), name: z.string() }),
    subscriptionId: z.string(),
    plan: z.string(),
    state: z.enum(standingKinds).openapi({ description: 'The worst of what is true; `running` while a backup goes on.' }),
    failures: z.int().openapi({ description: 'In a row, of the job that failed.' }),
    code: z.string().nullable().openapi({ example: 'HF-QUOTA-EXCEEDED' }),
    skippedFiles: z.int(),
    lastGoodAt: timeSchema.nullable(),
    nextAt: timeSchema.nullable(),
    lastSeenAt: timeSchema,
    storedBytes: bytesSchema,
    address: z.string(),
    agentVersion: z.string(),
  })
  .openapi('FleetComputer')

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/fleet',
  tags: ['Computers'],
  summary: 'All computers of all customers and how they stand, the worst first. For staff',
  ...signedInOnly,
  request: {
    query: pageQuerySchema.extend({
      state: z.enum(standingKinds).optional(),
      customer: idSchema('cus').optional(),
      plan: idSchema('pln').optional(),
      search: z.string().max(maxSearchCharacters).default('').openapi({ description: 'In names, numbers and addresses.' }),
      sort: z.enum(fleetSorts).default(usualOrder.sort),
      order: z.enum(['up', 'down']).default('up'),
    }),
  },
  responses: {
    200: { description: 'A page of computers', content: jsonContent(pageSchema(fleetComputerSchema)) },
    ...problemResponses,
  },
})

export function fleetApiRoutes({ fleet }: { readonly fleet: Pick<FleetService, 'list'> }): App {
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => {
    const { state, customer, plan, search, sort, order, ...query } = c.req.valid('query')
    let offset = 0
    const page = await readPage(
      query,
      ({ after, limit }) => {
        offset = cursorNumber(after)
        const filter = { kind: state, customerId: customer, planId: plan, search: search.trim() }
        return fleet.list({ filter, order: { sort, isDescending: order === 'down' }, offset, limit })
      },
      () => String(offset + query.limit),
    )
    return c.json({ items: page.items.map(fleetBody), nextCursor: page.nextCursor }, 200)
  })
  return routes
}

function fleetBody(computer: FleetComputer): z.input<typeof fleetComputerSchema> {
  const { customer, standing, nextAt } = computer
  const { ended, goodAt } = standing
  return {
    id: computer.deviceId,
    number: formatDeviceNumber(computer.number),
    name: computer.name,
    customer: { id: customer.customerId, number: formatCustomerNumber(customer.number), name: customer.name },
    subscriptionId: computer.subscriptionId,
    plan: computer.planName,
    state: computer.kind,
    failures: ended?.failures ?? 0,
    code: ended?.code ?? null,
    skippedFiles: ended?.skipped ?? 0,
    lastGoodAt: goodAt === undefined ? null : formatTime(goodAt),
    nextAt: nextAt === undefined ? null : formatTime(nextAt),
    lastSeenAt: formatTime(computer.lastSeenAt),
    storedBytes: computer.storedBytes,
    address: computer.address,
    agentVersion: computer.agentVersion,
  }
}
