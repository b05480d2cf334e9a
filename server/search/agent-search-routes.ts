/** `find` and `history` of a computer, over its own versions. */
import { createRoute, z } from '@hono/zod-openapi'
import { formatNs, namesOf, pathText } from '../catalogue/path-text.ts'
import { askingDevice } from '../devices/asking-device.ts'
import { formatTime, jsonContent, problemResponses, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readCursor, writeCursor } from '../http/paging.ts'
import type { AgentSearch, FoundPath, SeenState } from './agent-search.ts'

const maxNameCharacters = 255
const maxPathCharacters = 16_384
const versionSchema = z.object({ version: z.string(), takenAt: timeSchema })

const stateSchema = z
  .object({
    job: z.string(),
    type: z.enum(['file', 'directory', 'symlink', 'hardlink', 'special']),
    size: z.int(),
    mtime: timeSchema.optional().openapi({ description: 'Absent for times that no calendar here holds.' }),
    mtimeNs: z.string(),
    first: versionSchema,
    last: versionSchema,
  })
  .openapi('PastState')
const foundSchema = stateSchema
  .extend({
    path: z.string().openapi({ description: 'Absolute. Bytes that are not UTF-8 are base64 behind a NUL.' }),
    isPresent: z.boolean().openapi({ description: 'In the newest version of the job.' }),
  })
  .openapi('FoundPath')

const agentsOnly = { tags: ['Agents'], security: [{ device: [] }] }

const findRoute = createRoute({
  method: 'get',
  path: '/api/agent/v1/find',
  summary: 'Finds names in all versions of this computer',
  ...agentsOnly,
  request: {
    query: pageQuerySchema.extend({
      name: z.string().min(1).max(maxNameCharacters),
      match: z.enum(['exact', 'prefix', 'contains']).default('contains'),
      job: z.string().max(maxNameCharacters).optional(),
    }),
  },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(foundSchema)) }, ...problemResponses },
})

const historyRoute = createRoute({
  method: 'get',
  path: '/api/agent/v1/history',
  summary: 'The states of one path, newest first',
  ...agentsOnly,
  request: {
    query: pageQuerySchema.extend({
      path: z.string().min(1).max(maxPathCharacters),
      job: z.string().max(maxNameCharacters).optional(),
    }),
  },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(stateSchema)) }, ...problemResponses },
})

export function agentSearchRoutes({ agentSearch }: { readonly agentSearch: AgentSearch }): App {
  const routes = newRoutes()
  routes.openapi(findRoute, async (c) => {
    const { customerId, deviceId } = askingDevice(c)
    const { cursor, ...question } = c.req.valid('query')
    const { job } = question
    const { items, next } = await agentSearch.find({ ...question, customerId, deviceId, job, after: readCursor(cursor) })
    return c.json({ items: items.map(foundBody), nextCursor: cursorOf(next) }, 200)
  })
  routes.openapi(historyRoute, async (c) => {
    const { customerId, deviceId } = askingDevice(c)
    const { cursor, path, job, limit } = c.req.valid('query')
    const question = { customerId, deviceId, job, after: readCursor(cursor), limit }
    const { items, next } = await agentSearch.history({ ...question, path: namesOf(path) })
    return c.json({ items: items.map(stateBody), nextCursor: cursorOf(next) }, 200)
  })
  return routes
}

function cursorOf(next: string | undefined): string | null {
  return next === undefined ? null : writeCursor(next)
}

function foundBody(found: FoundPath): z.input<typeof foundSchema> {
  return { ...stateBody(found), path: pathText(found.path), isPresent: found.isPresent }
}

function stateBody({ job, type, size, mtimeNs, first, last }: SeenState): z.input<typeof stateSchema> {
  const version = ({ id, takenAt }: SeenState['first']) => ({ version: id, takenAt: formatTime(takenAt) })
  const mtime = formatNs(mtimeNs)
  return {
    job,
    type,
    size,
    mtimeNs: String(mtimeNs),
    first: version(first),
    last: version(last),
    ...(mtime === undefined ? {} : { mtime }),
  }
}
