/** `find` and `history` of a computer, over its own versions. */
import { createRoute, z } from '@hono/zod-openapi'
import { bytesOfText, textOfBytes } from '../../engine/index.ts'
import { askingDevice } from '../devices/asking-device.ts'
import { formatTime, jsonContent, problemResponses, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import type { CatalogueSearch, FoundPath, SeenState } from './search-service.ts'

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

export function agentSearchRoutes({ search }: { readonly search: CatalogueSearch }): App {
  const routes = newRoutes()
  routes.openapi(findRoute, async (c) => {
    const { deviceId } = askingDevice(c)
    const { name, match, job, ...page } = c.req.valid('query')
    const list = (wanted: Wanted) => search.find({ deviceId, name, match, job, ...wanted })
    const { items, nextCursor } = await readPage(page, list, ({ key }) => key)
    return c.json({ items: items.map(foundBody), nextCursor }, 200)
  })
  routes.openapi(historyRoute, async (c) => {
    const { deviceId } = askingDevice(c)
    const { path, job, ...page } = c.req.valid('query')
    const names = namesOf(bytesOfText(path))
    const { items, nextCursor } = await readPage(
      page,
      (wanted: Wanted) => search.history({ deviceId, path: names, job, ...wanted }),
      ({ key }) => key,
    )
    return c.json({ items: items.map(stateBody), nextCursor }, 200)
  })
  return routes
}

interface Wanted {
  readonly after: string | undefined
  readonly limit: number
}

const slash = 0x2f

/** Slashes in front, behind and repeated mean nothing. */
function namesOf(path: Buffer): readonly Buffer[] {
  const names: Buffer[] = []
  for (let at = 0; at < path.length; ) {
    const found = path.indexOf(slash, at)
    const end = found < 0 ? path.length : found
    if (end > at) names.push(path.subarray(at, end))
    at = end + 1
  }
  return names
}

function foundBody(found: FoundPath): z.input<typeof foundSchema> {
  return { ...stateBody(found), path: textOfBytes(absolutePath(found.path)), isPresent: found.isPresent }
}

/** `/home/ann`, and `C:/Users` where the first name is a drive. */
function absolutePath(names: readonly Buffer[]): Buffer {
  const path = Buffer.concat(names.flatMap((name) => [Buffer.of(slash), name]))
  return /^[A-Za-z]:$/.test(names[0]?.toString('latin1') ?? '') ? path.subarray(1) : path
}

function stateBody({ job, type, size, mtimeNs, first, last }: SeenState): z.input<typeof stateSchema> {
  const version = ({ id, takenAt }: SeenState['first']) => ({ version: id, takenAt: formatTime(takenAt) })
  const mtime = timeOf(mtimeNs)
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

const nsPerMs = 1_000_000n
/** 1 January of the years 1 and 10000: outside of them RFC 3339 has no words. */
const firstMs = -62_135_596_800_000
const endMs = 253_402_300_800_000

function timeOf(mtimeNs: bigint): string | undefined {
  const ms = Number(mtimeNs / nsPerMs)
  return ms >= firstMs && ms < endMs ? formatTime(ms) : undefined
}
