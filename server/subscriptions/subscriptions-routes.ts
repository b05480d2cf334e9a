import { createRoute, z } from '@hono/zod-openapi'
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
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import { type Subscription, type SubscriptionState, subscriptionStates } from './subscription.ts'
import type { SubscriptionsService } from './subscriptions-service.ts'

export const subscriptionSchema = z
  .object({
    id: z.string().openapi({ example: 'sub_a2b3c4d5e6f7g2h3i4j5' }),
    licenceKey: z.string().openapi({ example: 'HF-7K2MP-Q9X4C-0ZT5A-WB3RD' }),
    customerId: z.string(),
    plan: z.object({ id: z.string(), name: z.string() }),
    state: z.enum(subscriptionStates),
    validFrom: timeSchema,
    validUntil: timeSchema.nullable().openapi({ description: 'null: until it is ended.' }),
    graceDays: z.int(),
    quotaBytes: bytesSchema,
    devicesMax: z.int(),
    acceptsBackups: z.boolean(),
    switchedOffReason: z.string().nullable(),
    minIntervalMinutes: z.int(),
    priceText: z.string(),
  })
  .openapi('Subscription')

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/subscriptions',
  tags: ['Plans'],
  summary: 'Subscriptions (licences) of the customers you may see',
  ...signedInOnly,
  request: { query: pageQuerySchema },
  responses: {
    200: { description: 'A page of subscriptions', content: jsonContent(pageSchema(subscriptionSchema)) },
    ...problemResponses,
  },
})

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/subscriptions/{subscriptionId}',
  tags: ['Plans'],
  summary: 'One subscription',
  ...signedInOnly,
  request: { params: z.object({ subscriptionId: idSchema('sub') }) },
  responses: { 200: { description: 'The subscription', content: jsonContent(subscriptionSchema) }, ...problemResponses },
})

export function subscriptionsRoutes({ subscriptions }: { readonly subscriptions: SubscriptionsService }): App {
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('subscriptions:read')
    const page = await readPage(
      c.req.valid('query'),
      (wanted) => subscriptions.list({ reach, ...wanted }),
      ({ subscriptionId }) => subscriptionId,
    )
    return c.json(
      { ...page, items: page.items.map((subscription) => subscriptionBody(subscription, subscriptions.stateNow(subscription))) },
      200,
    )
  })
  routes.openapi(getRoute, async (c) => {
    const subscription = await subscriptions.find(c.req.valid('param').subscriptionId)
    if (subscription === undefined || !c.var.access.may('subscriptions:read', subscription.customerId)) {
      throw new Problem('HF-NOT-FOUND')
    }
    return c.json(subscriptionBody(subscription, subscriptions.stateNow(subscription)), 200)
  })
  return routes
}

export function subscriptionBody(subscription: Subscription, state: SubscriptionState): z.input<typeof subscriptionSchema> {
  const { accepting, validUntil } = subscription
  return {
    id: subscription.subscriptionId,
    licenceKey: subscription.licenceKey,
    customerId: subscription.customerId,
    plan: { id: subscription.planId, name: subscription.planName },
    state: state.kind,
    validFrom: formatTime(subscription.validFrom),
    validUntil: validUntil === undefined ? null : formatTime(validUntil),
    graceDays: subscription.graceDays,
    quotaBytes: subscription.quotaBytes,
    devicesMax: subscription.devicesMax,
    acceptsBackups: accepting.kind === 'on',
    switchedOffReason: accepting.kind === 'off' ? accepting.reason : null,
    minIntervalMinutes: subscription.minIntervalMinutes,
    priceText: subscription.priceText,
  }
}
