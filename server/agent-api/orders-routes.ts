/** Orders over HTTP, as agents take them: a long poll, and a report of each. The poll holds a connection and nothing else. */
import { createRoute, z } from '@hono/zod-openapi'
import { askingDevice } from '../devices/asking-device.ts'
import { formatTime, idSchema, jsonContent, problemResponses, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { Order } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import { agentsOnly } from './sessions-routes.ts'

/** A proxy or a router may end what is silent for a minute. */
const maxWaitSeconds = 55

const pollQuery = z.object({
  after: z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0),
  wait: z.coerce.number().int().min(0).max(maxWaitSeconds).default(0).openapi({ description: 'seconds' }),
})

const orderSchema = z
  .object({
    number: z.int(),
    id: z.string(),
    kind: z.string(),
    order: z.record(z.string(), z.unknown()),
    givenAt: timeSchema,
    expiresAt: timeSchema,
  })
  .openapi('AgentOrder')

const reportBody = z.discriminatedUnion('state', [
  z.object({ state: z.literal('taken') }),
  z.object({ state: z.literal('done') }),
  z.object({ state: z.literal('failed'), code: z.string().max(64), detail: z.string().max(10_000) }),
])

const pollRoute = createRoute({
  method: 'get',
  path: '/api/agent/v1/orders',
  summary: 'Orders for this computer, as soon as there are any',
  ...agentsOnly,
  request: { query: pollQuery },
  responses: {
    200: { description: 'Orders after a number, oldest first', content: jsonContent(z.object({ orders: z.array(orderSchema) })) },
    ...problemResponses,
  },
})

const reportRoute = createRoute({
  method: 'post',
  path: '/api/agent/v1/orders/{orderId}',
  summary: 'What became of an order',
  ...agentsOnly,
  request: { params: z.object({ orderId: idSchema('ord') }), body: { content: jsonContent(reportBody), required: true } },
  responses: { 200: { description: 'Noted', content: jsonContent(z.object({})) }, ...problemResponses },
})

export function agentOrdersRoutes({ orders }: { readonly orders: OrdersService }): App {
  const routes = newRoutes()
  routes.openapi(pollRoute, async (c) => {
    const { deviceId } = askingDevice(c)
    const { after, wait } = c.req.valid('query')
    const found = await orders.await({ deviceId, afterNumber: after, waitMs: wait * 1000, gone: c.req.raw.signal })
    return c.json({ orders: found.map(orderBody) }, 200)
  })
  routes.openapi(reportRoute, async (c) => {
    await orders.report(askingDevice(c).deviceId, c.req.valid('param').orderId, c.req.valid('json'))
    return c.json({}, 200)
  })
  return routes
}

function orderBody({ number, orderId, body, givenAt, expiresAt }: Order): z.input<typeof orderSchema> {
  const { kind, ...order } = body
  return { number, id: orderId, kind, order, givenAt: formatTime(givenAt), expiresAt: formatTime(expiresAt) }
}
