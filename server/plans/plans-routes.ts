import { createRoute, z } from '@hono/zod-openapi'
import { bytesSchema, idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import { retentionRulesSchema } from '../retention/retention-schema.ts'
import type { Plan } from './plan.ts'
import type { PlansService } from './plans-service.ts'

const planSchema = z
  .object({
    id: z.string().openapi({ example: 'pln_a2b3c4d5e6f7g2h3i4j5' }),
    name: z.string(),
    quotaBytes: bytesSchema,
    devicesMax: z.int().openapi({ description: 'How many computers.' }),
    retention: retentionRulesSchema,
    validityDays: z.int().nullable(),
    graceDays: z.int(),
  })
  .openapi('Plan')

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/plans',
  tags: ['Plans'],
  summary: 'Plans, the smallest first',
  ...signedInOnly,
  request: { query: pageQuerySchema },
  responses: { 200: { description: 'A page of plans', content: jsonContent(pageSchema(planSchema)) }, ...problemResponses },
})

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/plans/{planId}',
  tags: ['Plans'],
  summary: 'One plan',
  ...signedInOnly,
  request: { params: z.object({ planId: idSchema('pln') }) },
  responses: { 200: { description: 'The plan', content: jsonContent(planSchema) }, ...problemResponses },
})

export function plansRoutes({ plans }: { readonly plans: PlansService }): App {
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => {
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => plans.list({ afterPosition: after === undefined ? -1 : cursorNumber(after), limit }),
      ({ position }) => String(position),
    )
    return c.json({ ...page, items: page.items.map(planBody) }, 200)
  })
  routes.openapi(getRoute, async (c) => {
    const plan = await plans.find(c.req.valid('param').planId)
    if (plan === undefined) throw new Problem('HF-NOT-FOUND')
    return c.json(planBody(plan), 200)
  })
  return routes
}

function planBody(plan: Plan): z.input<typeof planSchema> {
  const { planId, name, quotaBytes, devicesMax, retention, validityDays, graceDays } = plan
  return { id: planId, name, quotaBytes, devicesMax, retention, validityDays: validityDays ?? null, graceDays }
}
