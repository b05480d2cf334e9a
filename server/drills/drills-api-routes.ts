/** Proofs of restores in the API: listed, asked for, read. Names of files with the scope `files`. */
import { createRoute, z } from '@hono/zod-openapi'
import type { ChoresService } from '../chores/chores-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import {
  bytesSchema,
  formatTime,
  idSchema,
  jsonContent,
  problemResponses,
  signedInOnly,
  timeSchema,
} from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireFound } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import type { Id } from '../runtime/ids.ts'
import { type Drill, drillCauses, drillReasons, drillStates, fileCauses, fileWays } from './drill.ts'
import { begin, cursorAsked, cursorOf } from './drills-routes.ts'
import type { DrillsService } from './drills-service.ts'

const common = { tags: ['Proved restores'], ...signedInOnly }
const deviceParams = z.object({ deviceId: idSchema('dev') })
const drillParams = z.object({ drillId: idSchema('drl') })

const drillSchema = z
  .object({
    id: z.string(),
    deviceId: z.string(),
    cause: z.enum(drillCauses).openapi({ description: '`week`: by itself.' }),
    askedBy: z.string().nullable(),
    askedAt: timeSchema,
    state: z.enum(drillStates),
    startedAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    reason: z.enum(drillReasons).nullable().openapi({ description: 'Why it could not be run.' }),
    detail: z.string().nullable(),
    program: z.string().openapi({ description: 'Version of the program that ran it.' }),
    plans: z.int().openapi({ description: 'Backup plans that had a good version.' }),
    versions: z.int().openapi({ description: 'Of these, those whose newest version was read.' }),
    entries: z.int().openapi({ description: 'Names that were read, with sizes and times.' }),
    filesTotal: z.int().openapi({ description: 'Of these names, files; 0: not counted.' }),
    files: z.int().openapi({ description: 'Brought back and compared.' }),
    bytes: bytesSchema,
    untimed: z.int().openapi({ description: 'Of these files, those whose time of the last change was not compared.' }),
    readTwice: z.int().openapi({ description: 'Not brought back: read by two ways, in parts where they are too large.' }),
    readTwiceBytes: bytesSchema,
    damaged: z.int().openapi({ description: 'Files and folders that did not come back as stored.' }),
  })
  .openapi('Drill')

const evidenceSchema = z
  .object({
    seed: z.string().openapi({ description: 'The files were drawn by it.' }),
    versions: z
      .array(
        z.object({
          version: z.string(),
          job: z.string(),
          receivedAt: timeSchema,
          entries: z.int(),
          files: z
            .array(
              z.object({
                path: z.string().openapi({ description: 'Bytes that are no UTF-8 as U+0000 and base64.' }),
                why: z.array(z.enum(fileCauses)).readonly(),
                sizeBytes: bytesSchema,
                way: z.enum(fileWays),
                isTimeCompared: z.boolean(),
                ranges: z
                  .array(z.object({ start: z.int(), end: z.int() }))
                  .readonly()
                  .nullable()
                  .openapi({ description: 'What was read of it; null: all.' }),
                sha256: z.string().nullable(),
                problem: z.string().nullable(),
              }),
            )
            .readonly(),
          lost: z.array(z.object({ path: z.string(), why: z.string() })).readonly(),
        }),
      )
      .readonly(),
    open: z
      .array(z.object({ job: z.string(), path: z.string() }))
      .readonly()
      .openapi({ description: 'What was damaged and has not been read whole since: the next proof reads it again.' }),
  })
  .openapi('DrillEvidence')

const listRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/devices/{deviceId}/drills',
  summary: 'The proofs of a computer, the newest first',
  request: { params: deviceParams, query: pageQuerySchema },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(drillSchema)) }, ...problemResponses },
})
const orderRoute = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/devices/{deviceId}/drills',
  summary: 'Has a restore of a computer proved now',
  description: 'Answers with the one that waits or runs already, where there is one.',
  request: { params: deviceParams },
  responses: { 202: { description: 'It waits for its turn', content: jsonContent(drillSchema) }, ...problemResponses },
})
const getRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/drills/{drillId}',
  summary: 'One proof',
  request: { params: drillParams },
  responses: { 200: { description: 'The proof', content: jsonContent(drillSchema) }, ...problemResponses },
})
const evidenceRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/drills/{drillId}/evidence',
  summary: 'What a proof read, file by file',
  request: { params: drillParams },
  responses: { 200: { description: 'What was read', content: jsonContent(evidenceSchema) }, ...problemResponses },
})
const cancelRoute = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/drills/{drillId}/cancel',
  summary: 'Stops a proof that waits or runs',
  request: { params: drillParams },
  responses: { 204: { description: 'It ends soon' }, ...problemResponses },
})

export function drillsApiRoutes(services: {
  readonly devices: Pick<DevicesService, 'find'>
  readonly drills: DrillsService
  readonly chores: Pick<ChoresService, 'runNow'>
  readonly clientOf: ClientOf
}): App {
  const { devices, drills, chores, clientOf } = services
  const routes = newRoutes()

  const getDevice = async (c: AppContext, permission: Permission, deviceId: Id<'dev'>) =>
    requireFound(c, permission, await devices.find(deviceId))
  const getDrill = async (c: AppContext, permission: Permission, drillId: Id<'drl'>) =>
    requireFound(c, permission, await drills.find(drillId))

  routes.openapi(listRoute, async (c) => {
    const { deviceId } = await getDevice(c, 'drills:read', c.req.valid('param').deviceId)
    const list = ({ after, limit }: { readonly after: string | undefined; readonly limit: number }) =>
      drills.list({ deviceId, before: cursorAsked(after), limit })
    const page = await readPage(c.req.valid('query'), list, cursorOf)
    return c.json({ ...page, items: page.items.map(drillBody) }, 200)
  })
  routes.openapi(orderRoute, async (c) => {
    const device = await getDevice(c, 'drills:order', c.req.valid('param').deviceId)
    const drill = await drills.order(device, actingAsUser(c, clientOf))
    await begin(chores)
    return c.json(drillBody(drill), 202)
  })
  routes.openapi(getRoute, async (c) => {
    return c.json(drillBody(await getDrill(c, 'drills:read', c.req.valid('param').drillId)), 200)
  })
  routes.openapi(evidenceRoute, async (c) => {
    const { drillId } = await getDrill(c, 'files:read', c.req.valid('param').drillId)
    const evidence = await drills.findEvidence(drillId)
    if (evidence === undefined) throw new Problem('HF-NOT-FOUND')
    const versions = evidence.versions.map(({ receivedAt, files, ...version }) => ({
      ...version,
      receivedAt: formatTime(receivedAt),
      files: files.map(({ ranges = null, sha256 = null, problem = null, ...file }) => ({ ...file, ranges, sha256, problem })),
    }))
    return c.json({ seed: evidence.seed, versions, open: evidence.open }, 200)
  })
  routes.openapi(cancelRoute, async (c) => {
    const drill = await getDrill(c, 'drills:order', c.req.valid('param').drillId)
    await drills.cancel(drill, actingAsUser(c, clientOf))
    return c.body(null, 204)
  })
  return routes
}

function drillBody(drill: Drill): z.input<typeof drillSchema> {
  const { drillId, deviceId, cause, askedBy, askedAt, state, startedAt, endedAt, reason, detail, program, counts } = drill
  return {
    id: drillId,
    deviceId,
    cause,
    askedBy: askedBy ?? null,
    askedAt: formatTime(askedAt),
    state,
    startedAt: startedAt === undefined ? null : formatTime(startedAt),
    endedAt: endedAt === undefined ? null : formatTime(endedAt),
    reason: reason ?? null,
    detail: detail ?? null,
    program,
    ...counts,
  }
}
