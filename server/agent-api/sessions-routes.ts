/** Backup sessions over HTTP: opening, asking what is there, ending. */
import { createRoute, z } from '@hono/zod-openapi'
import { type ChainHead, haveIdsPerCallMax, parseSnapshotId } from '../../engine/index.ts'
import type { BackupSessionsService } from '../backup-sessions/backup-sessions-service.ts'
import type { ClaimsService } from '../backup-sessions/claims-service.ts'
import { askingDevice } from '../devices/asking-device.ts'
import { idSchema, jsonContent, problemResponses } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { IdFilters } from '../packs/id-filters.ts'
import { isRunKey, type RunKey } from '../runs/run.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { encodeBits, readIds } from './id-lists.ts'

const hex64 = z.string().regex(/^[0-9a-f]{64}$/)
const maxInstanceCharacters = 64

export const headSchema = z.object({ seq: z.int(), previous: hex64.nullable(), serverTimeMs: z.int() }).openapi('ChainHead')

/** 32 hex digits that a computer makes for each run. */
export const runKeySchema = z
  .custom<RunKey>((value) => typeof value === 'string' && isRunKey(value), '32 hex digits')
  .openapi({ type: 'string', example: '0123456789abcdef0123456789abcdef' })

const openBody = z.object({
  job: z.string().min(1),
  parent: hex64.nullish(),
  instance: z.string().max(maxInstanceCharacters).nullish(),
  print: hex64,
  run: runKeySchema.nullish(),
})

const openedSchema = z
  .object({
    id: z.string(),
    head: headSchema,
    closureEpoch: z.int(),
    isParentHeld: z.boolean(),
  })
  .openapi('BackupSession')

const abortBody = z.object({
  code: z
    .string()
    .max(64)
    .regex(/^HF-[A-Z0-9-]+$/),
  detail: z.string().max(10_000),
})

export const agentsOnly = { tags: ['Agents'], security: [{ device: [] }] }
const sessionParams = z.object({ sessionId: idSchema('bks') })

const openRoute = createRoute({
  method: 'post',
  path: '/api/agent/v1/sessions',
  summary: 'Open a backup session',
  ...agentsOnly,
  request: { body: { content: jsonContent(openBody), required: true } },
  responses: { 201: { description: 'The session', content: jsonContent(openedSchema) }, ...problemResponses },
})

const abortRoute = createRoute({
  method: 'delete',
  path: '/api/agent/v1/sessions/{sessionId}',
  summary: 'End a session without a version',
  ...agentsOnly,
  request: { params: sessionParams, body: { content: jsonContent(abortBody), required: true } },
  responses: { 204: { description: 'Ended' }, ...problemResponses },
})

export function agentSessionsRoutes(services: {
  readonly sessions: BackupSessionsService
  readonly claims: ClaimsService
  readonly filters: IdFilters
  readonly clientOf: ClientOf
}): App {
  const { sessions, claims, filters, clientOf } = services
  const routes = newRoutes()
  routes.openapi(openRoute, async (c) => {
    const { job, parent, instance, print, run } = c.req.valid('json')
    const { session, isParentHeld } = await sessions.open({
      device: askingDevice(c),
      job,
      parent: parent ? parseSnapshotId(parent) : undefined,
      instance: instance ?? undefined,
      print,
      run: run ?? undefined,
      address: clientOf(c).address,
    })
    const { sessionId, given, closureEpoch } = session
    return c.json({ id: sessionId, head: headBody(given), closureEpoch, isParentHeld }, 201)
  })
  routes.openapi(abortRoute, async (c) => {
    await sessions.abort(askingDevice(c), c.req.valid('param').sessionId, c.req.valid('json'))
    return c.body(null, 204)
  })
  /** 204: the repository holds nothing. Else u32 words of a Bloom filter, little-endian. */
  routes.get('/api/agent/v1/sessions/:sessionId/filter', async (c) => {
    const { repository } = await sessions.get(askingDevice(c), sessionIdOf(c))
    const found = await filters.find(repository.repositoryId)
    if (found === undefined) return c.body(null, 204)
    const { filter, ids } = found
    // Epoch and generation say what may have gone; the count, what has come.
    const etag = `"${repository.closureEpoch}.${repository.generation}.${ids}"`
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, { etag })
    const { words, hashes } = filter
    const bytes = Buffer.from(words.buffer, words.byteOffset, words.byteLength)
    return c.body(Uint8Array.from(bytes), 200, {
      etag,
      'content-type': 'application/octet-stream',
      'content-length': String(bytes.length),
      'holdfast-filter-hashes': String(hashes),
    })
  })
  routes.post('/api/agent/v1/sessions/:sessionId/have', async (c) => {
    const live = await sessions.get(askingDevice(c), sessionIdOf(c))
    const ids = await readIds(c, haveIdsPerCallMax)
    const bits = encodeBits(await claims.have(live, ids))
    return c.body(Uint8Array.from(bits), 200, { 'content-type': 'application/octet-stream' })
  })
  return routes
}

/** Of a route outside OpenAPI. What is no id at all has ended like any other that is not known. */
export function sessionIdOf(c: AppContext): Id<'bks'> {
  const text = c.req.param('sessionId') ?? ''
  if (isId('bks', text)) return text
  throw new Problem('HF-SESSION-GONE')
}

export function headBody({ seq, previous, serverTimeMs }: ChainHead): z.input<typeof headSchema> {
  return { seq, previous: previous ?? null, serverTimeMs }
}
