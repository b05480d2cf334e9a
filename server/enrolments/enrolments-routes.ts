import { createRoute, z } from '@hono/zod-openapi'
import { type AgentAddress, addressFor } from '../devices/agent-steps.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import { enrolmentDefaults, enrolmentLimits, enrolmentLink } from './enrolment.ts'
import { enrolmentBody, enrolmentSchema } from './enrolment-schema.ts'
import type { EnrolmentsService } from './enrolments-service.ts'

const tags = ['Computers']

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/enrolments',
  tags,
  summary: 'Links that let computers in, and what became of them',
  ...signedInOnly,
  request: { query: pageQuerySchema },
  responses: { 200: { description: 'A page of links', content: jsonContent(pageSchema(enrolmentSchema)) }, ...problemResponses },
})

const newSchema = z.object({
  customerId: idSchema('cus'),
  subscriptionId: idSchema('sub'),
  replaces: idSchema('dev').optional().openapi({ description: 'The computer whose place is taken; then the link is good once.' }),
  usesMax: z.int().min(1).max(enrolmentLimits.usesMax).default(enrolmentDefaults.usesMax),
  days: z.int().min(1).max(enrolmentLimits.days).default(enrolmentDefaults.days),
})

const createdSchema = enrolmentSchema.extend({
  link: z.string().openapi({ description: 'For `holdfast-agent connect`. Shown once.' }),
  code: z.string().openapi({ description: 'The same to be typed, with `--code`. Shown once.', example: 'K7QF-2M9X-4TRA' }),
})

const makeRoute = createRoute({
  method: 'post',
  path: '/api/v1/enrolments',
  tags,
  summary: 'Make a link that lets computers in',
  ...signedInOnly,
  request: { body: { content: jsonContent(newSchema), required: true } },
  responses: { 201: { description: 'The link', content: jsonContent(createdSchema) }, ...problemResponses },
})

const revokeRoute = createRoute({
  method: 'delete',
  path: '/api/v1/enrolments/{enrolmentId}',
  tags,
  summary: 'Withdraw a link; the computers that came by it stay',
  ...signedInOnly,
  request: { params: z.object({ enrolmentId: idSchema('enr') }) },
  responses: { 204: { description: 'It lets nobody in any more' }, ...problemResponses },
})

export function enrolmentsRoutes(services: {
  readonly enrolments: EnrolmentsService
  readonly agentAddress: AgentAddress
  readonly clientOf: ClientOf
}): App {
  const { enrolments, agentAddress, clientOf } = services
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('devices:add')
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => enrolments.list({ reach, after, limit }),
      ({ enrolmentId }) => enrolmentId,
    )
    return c.json(
      { ...page, items: page.items.map((enrolment) => enrolmentBody(enrolment, enrolments.stateNow(enrolment))) },
      200,
    )
  })
  routes.openapi(makeRoute, async (c) => {
    const { replaces, ...wish } = c.req.valid('json')
    requireIn(c, 'devices:add', wish.customerId)
    if (replaces !== undefined && !c.var.access.may('devices:take-over', wish.customerId)) throw new Problem('HF-FORBIDDEN')
    const made = await enrolments.create({ ...wish, deviceId: replaces }, actingAsUser(c, clientOf))
    const { origin, pin } = addressFor(c, agentAddress)
    const link = enrolmentLink({ origin, secret: made.secret, pin })
    return c.json({ ...enrolmentBody(made.enrolment, enrolments.stateNow(made.enrolment)), link, code: made.code }, 201)
  })
  routes.openapi(revokeRoute, async (c) => {
    const enrolment = await enrolments.find(c.req.valid('param').enrolmentId)
    if (enrolment === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'devices:add', enrolment.customerId)
    await enrolments.revoke(enrolment, actingAsUser(c, clientOf))
    return c.body(null, 204)
  })
  return routes
}
