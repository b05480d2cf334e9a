/** What is done with licences, in the API: sales, renewals, ends, rehearsals, changes and the way back. */
import { createRoute, z } from '@hono/zod-openapi'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes, validationProblem } from '../http/new-routes.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import type { Plan } from '../plans/plan.ts'
import type { PlansService } from '../plans/plans-service.ts'
import type { Rehearse } from '../rehearsals/rehearse.ts'
import type { Id } from '../runtime/ids.ts'
import {
  changeBody,
  changeSchema,
  endSchema,
  rehearsalBody,
  rehearsalSchema,
  saleSchema,
  usageBody,
  usageSchema,
  wantedChangeSchema,
  wishOfBody,
  wishSchema,
} from './licence-bodies.ts'
import type { LicenceStandings } from './licence-standing.ts'
import type { Licences } from './licences-service.ts'
import type { Subscription } from './subscription.ts'
import { subscriptionBody, subscriptionSchema } from './subscriptions-routes.ts'
import type { SubscriptionsService } from './subscriptions-service.ts'

const common = { tags: ['Plans'], ...signedInOnly }
const params = z.object({ subscriptionId: idSchema('sub') })
const json = <Schema extends z.ZodType>(schema: Schema) => ({ content: jsonContent(schema) })
const answer = <Schema extends z.ZodType>(description: string, schema: Schema) =>
  ({ 200: { description, content: jsonContent(schema) }, ...problemResponses }) as const
const base = '/api/v1/subscriptions/{subscriptionId}'

const sellRoute = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/customers/{customerId}/subscriptions',
  summary: 'Gives a customer a plan',
  request: { params: z.object({ customerId: idSchema('cus') }), body: json(saleSchema) },
  responses: { 201: { description: 'The subscription', content: jsonContent(subscriptionSchema) }, ...problemResponses },
})
const renewRoute = createRoute({
  ...common,
  method: 'post',
  path: `${base}/renewals`,
  summary: 'Renews a subscription',
  request: { params, body: json(wishSchema) },
  responses: answer('The subscription', subscriptionSchema),
})
const endRoute = createRoute({
  ...common,
  method: 'post',
  path: `${base}/end`,
  summary: 'Ends a subscription; nothing is removed',
  request: { params, body: json(endSchema) },
  responses: answer('The subscription', subscriptionSchema),
})
const usageRoute = createRoute({
  ...common,
  method: 'get',
  path: `${base}/usage`,
  summary: 'The three numbers of its space, and when it is full',
  request: { params },
  responses: answer('The numbers', usageSchema),
})
const rehearseRoute = createRoute({
  ...common,
  method: 'post',
  path: `${base}/rehearsals`,
  summary: 'What another plan would mean, on the backups as they are; nothing is changed',
  request: { params, body: json(z.object({ planId: idSchema('pln') })) },
  responses: answer('The rehearsal', rehearsalSchema),
})
const changesRoute = createRoute({
  ...common,
  method: 'get',
  path: `${base}/changes`,
  summary: 'What became of a subscription, the newest first',
  request: { params },
  responses: answer('The changes', z.object({ items: z.array(changeSchema) })),
})
const changeRoute = createRoute({
  ...common,
  method: 'post',
  path: `${base}/changes`,
  summary: 'Changes to another plan, with seven days to undo',
  request: { params, body: json(wantedChangeSchema) },
  responses: { 201: { description: 'The change', content: jsonContent(changeSchema) }, ...problemResponses },
})
const undoRoute = createRoute({
  ...common,
  method: 'delete',
  path: `${base}/changes/{changeId}`,
  summary: 'Undoes a change, whole',
  request: { params: params.extend({ changeId: idSchema('chg') }) },
  responses: { 204: { description: 'Undone' }, ...problemResponses },
})

const changesListed = 200
const countBytesForMs = 60_000

export function licenceApiRoutes(services: {
  readonly customers: Pick<CustomersService, 'find'>
  readonly plans: Pick<PlansService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find' | 'stateNow'>
  readonly licences: Licences
  readonly licenceStandings: LicenceStandings
  readonly rehearse: Rehearse
  readonly clientOf: ClientOf
}): App {
  const { customers, plans, subscriptions, licences, licenceStandings, rehearse, clientOf } = services
  const routes = newRoutes()

  /** Absent and another customer's are the same. */
  const get = async (c: AppContext, permission: Permission, id: Id<'sub'>): Promise<Subscription> => {
    const subscription = await subscriptions.find(id)
    if (subscription === undefined || !c.var.access.may(permission, subscription.customerId)) throw new Problem('HF-NOT-FOUND')
    return subscription
  }
  const getSold = async (planId: Id<'pln'>): Promise<Plan> => {
    const plan = await plans.find(planId)
    if (plan === undefined || plan.retiredAt !== undefined) throw new Problem('HF-NOT-FOUND')
    return plan
  }
  /** A request without a body gets as far as the question whose subscription it is; there it ends. */
  const demand = <Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> => {
    const parsed = schema.safeParse(given)
    if (!parsed.success) throw validationProblem('json', parsed.error)
    return parsed.data
  }
  const bodyNow = (subscription: Subscription) => subscriptionBody(subscription, subscriptions.stateNow(subscription))

  routes.openapi(sellRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    if (!c.var.access.may('subscriptions:write', customerId) || (await customers.find(customerId)) === undefined)
      throw new Problem('HF-NOT-FOUND')
    const { planId, validity } = demand(saleSchema, c.req.valid('json'))
    const wish = validity === undefined ? ({ kind: 'extend' } as const) : wishOfBody(validity)
    return c.json(bodyNow(await licences.sell({ customerId, planId, validity: wish }, actingAsUser(c, clientOf))), 201)
  })
  routes.openapi(renewRoute, async (c) => {
    const { subscriptionId } = await get(c, 'subscriptions:write', c.req.valid('param').subscriptionId)
    const wish = wishOfBody(demand(wishSchema, c.req.valid('json')))
    return c.json(bodyNow(await licences.renew(subscriptionId, wish, actingAsUser(c, clientOf))), 200)
  })
  routes.openapi(endRoute, async (c) => {
    const { subscriptionId } = await get(c, 'subscriptions:write', c.req.valid('param').subscriptionId)
    const { when } = demand(endSchema, c.req.valid('json'))
    return c.json(bodyNow(await licences.end(subscriptionId, when, actingAsUser(c, clientOf))), 200)
  })
  routes.openapi(usageRoute, async (c) => {
    const subscription = await get(c, 'subscriptions:read', c.req.valid('param').subscriptionId)
    return c.json(usageBody(await licenceStandings.of(subscription)), 200)
  })
  routes.openapi(rehearseRoute, async (c) => {
    const subscription = await get(c, 'subscriptions:rehearse', c.req.valid('param').subscriptionId)
    const plan = await getSold(demand(z.object({ planId: idSchema('pln') }), c.req.valid('json')).planId)
    const after = { ...plan, planName: plan.name }
    return c.json(rehearsalBody(await rehearse(subscription, after, AbortSignal.timeout(countBytesForMs)), plan.revision), 200)
  })
  routes.openapi(changesRoute, async (c) => {
    const { subscriptionId } = await get(c, 'subscriptions:read', c.req.valid('param').subscriptionId)
    return c.json({ items: (await licences.listChanges(subscriptionId, changesListed)).map(changeBody) }, 200)
  })
  routes.openapi(changeRoute, async (c) => {
    const subscription = await get(c, 'subscriptions:write', c.req.valid('param').subscriptionId)
    const { planId, revision, stop, writeToOwners } = demand(wantedChangeSchema, c.req.valid('json'))
    const plan = await getSold(planId)
    const told = await rehearse(subscription, { ...plan, planName: plan.name }, AbortSignal.timeout(countBytesForMs))
    const wanted = { planId, seenRevision: revision, stop, writeToOwners, told }
    const change = await licences.changePlan(subscription.subscriptionId, wanted, actingAsUser(c, clientOf))
    return c.json(changeBody(change), 201)
  })
  routes.openapi(undoRoute, async (c) => {
    const { subscriptionId, changeId } = c.req.valid('param')
    await get(c, 'subscriptions:write', subscriptionId)
    const change = await licences.findChange(changeId)
    if (change?.subscriptionId !== subscriptionId) throw new Problem('HF-NOT-FOUND')
    await licences.undo(changeId, actingAsUser(c, clientOf))
    return c.body(null, 204)
  })
  return routes
}
