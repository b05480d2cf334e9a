import { createRoute, z } from '@hono/zod-openapi'
import { actingAsUser } from '../http/acting-as-user.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes, validationProblem } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import type { PlanEdits } from '../plan-edits/plan-edits-service.ts'
import type { Id } from '../runtime/ids.ts'
import type { Plan } from './plan.ts'
import { changedPlanSchema, newPlanSchema, planBody, planSchema, wordsOfChanged, wordsOfNew } from './plan-bodies.ts'
import type { PlansService } from './plans-service.ts'

const common = { tags: ['Plans'], ...signedInOnly }
const params = z.object({ planId: idSchema('pln') })
const onePlan = { 200: { description: 'The plan', content: jsonContent(planSchema) }, ...problemResponses }

const listRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/plans',
  summary: 'Plans, the smallest first',
  request: { query: pageQuerySchema },
  responses: { 200: { description: 'A page of plans', content: jsonContent(pageSchema(planSchema)) }, ...problemResponses },
})
const getRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/plans/{planId}',
  summary: 'One plan',
  request: { params },
  responses: onePlan,
})
const createRouteOfPlan = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/plans',
  summary: 'A new plan',
  request: { body: { content: jsonContent(newPlanSchema) } },
  responses: { 201: { description: 'The plan', content: jsonContent(planSchema) }, ...problemResponses },
})
const changeRoute = createRoute({
  ...common,
  method: 'patch',
  path: '/api/v1/plans/{planId}',
  summary: 'Changes a plan for new sales',
  request: { params, body: { content: jsonContent(changedPlanSchema) } },
  responses: onePlan,
})
const retireRoute = createRoute({
  ...common,
  method: 'put',
  path: '/api/v1/plans/{planId}/sold',
  summary: 'Whether a plan is sold',
  request: { params, body: { content: jsonContent(z.object({ isSold: z.boolean() })) } },
  responses: onePlan,
})

export function plansRoutes(services: {
  readonly plans: PlansService
  readonly planEdits: Pick<PlanEdits, 'forNewSales'>
  readonly clientOf: ClientOf
}): App {
  const { plans, planEdits, clientOf } = services
  const routes = newRoutes()
  const getPlan = async (planId: Id<'pln'>): Promise<Plan> => {
    const plan = await plans.find(planId)
    if (plan === undefined) throw new Problem('HF-NOT-FOUND')
    return plan
  }
  /** A request without a body gets as far as the question whether its plan is there. */
  const demand = <Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> => {
    const parsed = schema.safeParse(given)
    if (!parsed.success) throw validationProblem('json', parsed.error)
    return parsed.data
  }

  routes.openapi(listRoute, async (c) => {
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => plans.list({ afterPosition: after === undefined ? -1 : cursorNumber(after), limit }),
      ({ position }) => String(position),
    )
    return c.json({ ...page, items: page.items.map(planBody) }, 200)
  })
  routes.openapi(getRoute, async (c) => c.json(planBody(await getPlan(c.req.valid('param').planId)), 200))
  routes.openapi(createRouteOfPlan, async (c) => {
    const words = wordsOfNew(demand(newPlanSchema, c.req.valid('json')))
    return c.json(planBody(await plans.create(words, actingAsUser(c, clientOf))), 201)
  })
  routes.openapi(changeRoute, async (c) => {
    const plan = await getPlan(c.req.valid('param').planId)
    const body = demand(changedPlanSchema, c.req.valid('json'))
    const change = { planId: plan.planId, seenRevision: body.revision, words: wordsOfChanged(plan, body) }
    return c.json(planBody(await planEdits.forNewSales(change, actingAsUser(c, clientOf))), 200)
  })
  routes.openapi(retireRoute, async (c) => {
    const { planId } = await getPlan(c.req.valid('param').planId)
    const { isSold } = demand(z.object({ isSold: z.boolean() }), c.req.valid('json'))
    await plans.retire(planId, !isSold, actingAsUser(c, clientOf))
    return c.json(planBody(await getPlan(planId)), 200)
  })
  return routes
}
