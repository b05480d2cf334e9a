import { createRoute, z } from '@hono/zod-openapi'
import type { ChoresService } from '../chores/chores-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import { bytesSchema, idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { CopiesService } from './copies-service.ts'
import { copyBody, copySchema, hourSchema, intervalSchema, limitSchema } from './copy-body.ts'
import { copyChoreName, copyOrderKinds } from './copy-chore.ts'

const placeFields = {
  folder: z
    .string()
    .min(1)
    .max(4000)
    .openapi({ description: 'The whole path of a folder on another disk.', example: '/mnt/copy' }),
  isSameDiskAllowed: z.boolean().default(false),
  isTakingOver: z.boolean().default(false).openapi({ description: 'The folder holds a copy that another box made.' }),
}
const settingFields = {
  name: z.string().min(1).max(100),
  everyHours: intervalSchema,
  atHour: hourSchema,
  limitBytesPerSecond: limitSchema,
  isPaused: z.boolean(),
}
const one = { params: z.object({ copyId: idSchema('cpy') }) }
const tags = ['Second copies']
const theCopy = { description: 'The copy as it is now', content: jsonContent(copySchema) }

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/copies',
  tags,
  summary: 'Second copies: how old each is, and what it lacks',
  ...signedInOnly,
  responses: {
    200: { description: 'All of them', content: jsonContent(z.object({ items: z.array(copySchema) })) },
    ...problemResponses,
  },
})
const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/copies/{copyId}',
  tags,
  summary: 'One second copy',
  ...signedInOnly,
  request: one,
  responses: { 200: theCopy, ...problemResponses },
})
const addRoute = createRoute({
  method: 'post',
  path: '/api/v1/copies',
  tags,
  summary: 'Adds a place for a second copy; the first run follows within a minute',
  ...signedInOnly,
  request: {
    body: {
      content: jsonContent(
        z.object({
          ...placeFields,
          name: settingFields.name,
          everyHours: intervalSchema.default(24),
          atHour: hourSchema.default(null),
          limitBytesPerSecond: limitSchema.default(null),
          isPaused: z.boolean().default(false),
        }),
      ),
      required: true,
    },
  },
  responses: { 201: theCopy, ...problemResponses },
})
const testRoute = createRoute({
  method: 'post',
  path: '/api/v1/copies/test',
  tags,
  summary: 'Whether a folder can be the place of a copy; it is left as it was',
  ...signedInOnly,
  request: { body: { content: jsonContent(z.object(placeFields)), required: true } },
  responses: {
    200: {
      description: 'It can',
      content: jsonContent(z.object({ folder: z.string(), freeBytes: bytesSchema, holdsCopy: z.boolean() })),
    },
    ...problemResponses,
  },
})
const changeRoute = createRoute({
  method: 'patch',
  path: '/api/v1/copies/{copyId}',
  tags,
  summary: 'Changes name, schedule, limit, or pauses it',
  ...signedInOnly,
  request: { ...one, body: { content: jsonContent(z.object(settingFields).partial()), required: true } },
  responses: { 200: theCopy, ...problemResponses },
})
const removeRoute = createRoute({
  method: 'delete',
  path: '/api/v1/copies/{copyId}',
  tags,
  summary: 'The box forgets the copy; its files stay',
  ...signedInOnly,
  request: one,
  responses: { 204: { description: 'Forgotten' }, ...problemResponses },
})
const runRoute = createRoute({
  method: 'post',
  path: '/api/v1/copies/{copyId}/runs',
  tags,
  summary: 'Runs or verifies it now, in its turn; GET shows how far it is',
  ...signedInOnly,
  request: { ...one, body: { content: jsonContent(z.object({ kind: z.enum(copyOrderKinds).default('run') })), required: true } },
  responses: { 202: { description: 'It runs, or waits for its turn' }, ...problemResponses },
})
const cancelRoute = createRoute({
  method: 'delete',
  path: '/api/v1/copies/{copyId}/runs/current',
  tags,
  summary: 'Stops it; what was copied stays, and the next run goes on there',
  ...signedInOnly,
  request: one,
  responses: { 204: { description: 'It ends soon' }, ...problemResponses },
})

export function copiesApiRoutes(options: {
  readonly copies: CopiesService
  readonly chores: ChoresService
  readonly clientOf: ClientOf
}): App {
  const { copies, chores, clientOf } = options
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => c.json({ items: (await copies.list()).map(copyBody) }, 200))
  routes.openapi(testRoute, async (c) => c.json(await copies.test(c.req.valid('json')), 200))
  routes.openapi(getRoute, async (c) => c.json(copyBody(await copies.get(c.req.valid('param').copyId)), 200))
  routes.openapi(addRoute, async (c) => {
    const { everyHours, atHour, limitBytesPerSecond, ...given } = c.req.valid('json')
    const schedule = { everyHours, atHour: atHour ?? undefined }
    const settings = { ...given, schedule, limitBytesPerSecond: limitBytesPerSecond ?? undefined }
    const { copyId } = await copies.add(settings, actingAsUser(c, clientOf))
    return c.json(copyBody(await copies.get(copyId)), 201)
  })
  routes.openapi(changeRoute, async (c) => {
    const { copyId } = c.req.valid('param')
    const { everyHours, atHour, limitBytesPerSecond, name, isPaused } = c.req.valid('json')
    const { schedule } = (await copies.get(copyId)).copy
    const change = {
      schedule: {
        everyHours: everyHours ?? schedule.everyHours,
        atHour: atHour === undefined ? schedule.atHour : (atHour ?? undefined),
      },
      ...(limitBytesPerSecond === undefined ? {} : { limitBytesPerSecond: limitBytesPerSecond ?? undefined }),
      ...(name === undefined ? {} : { name }),
      ...(isPaused === undefined ? {} : { isPaused }),
    }
    await copies.change(copyId, change, actingAsUser(c, clientOf))
    return c.json(copyBody(await copies.get(copyId)), 200)
  })
  routes.openapi(removeRoute, async (c) => {
    await copies.remove(c.req.valid('param').copyId, actingAsUser(c, clientOf))
    return c.body(null, 204)
  })
  routes.openapi(runRoute, async (c) => {
    const { copyId } = c.req.valid('param')
    await copies.get(copyId)
    await chores.runNow(copyChoreName, { copyId, kind: c.req.valid('json').kind })
    return c.body(null, 202)
  })
  routes.openapi(cancelRoute, async (c) => {
    await copies.get(c.req.valid('param').copyId)
    chores.cancel(copyChoreName)
    return c.body(null, 204)
  })
  return routes
}
