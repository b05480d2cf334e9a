/** Restore orders over the API: ask for one, see how it is, cancel it. By people who are signed in; see permissions.ts for why. */
import { createRoute, z } from '@hono/zod-openapi'
import { bytesOfText, textOfBytes } from '../../engine/index.ts'
import { restoreCounters, restoreModes, restoreRules } from '../../selection/restore-order.ts'
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
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes, validationProblem } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import type { Id } from '../runtime/ids.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { namesOfPathBytes, pathBytes } from '../snapshots/version-path.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import { encodeRestoreCursor, findRestoreCursor } from './restore-cursor.ts'
import { maxRestorePaths, type RestoreOrder, restoreStates } from './restore-order.ts'
import type { RestoreOrdersService } from './restore-orders-service.ts'
import { folderPlace } from './restore-target.ts'

const maxPathCharacters = 16_384
const maxFolderCharacters = 4096

const wishSchema = z
  .object({
    version: idSchema('snap'),
    paths: z
      .array(z.string().min(1).max(maxPathCharacters))
      .min(1)
      .max(maxRestorePaths)
      .openapi({ description: 'Absolute source paths in the version. Bytes that are not UTF-8 are base64 behind a NUL.' }),
    device: idSchema('dev').optional().openapi({ description: 'Where they go; the computer of the version unless told.' }),
    mode: z.enum(restoreModes).default('restore'),
    rule: z.enum(restoreRules).default('keep-both'),
    folder: z.string().max(maxFolderCharacters).nullish().openapi({ description: 'Instead of the original place.' }),
  })
  .openapi('RestoreToOrder')

const restoreSchema = z
  .object({
    id: z.string(),
    version: z.string(),
    sourceDevice: z.string(),
    device: z.string(),
    mode: z.enum(restoreModes),
    rule: z.enum(restoreRules),
    folder: z.string().nullable(),
    paths: z.array(z.string()).readonly(),
    state: z.enum([...restoreStates, 'running']).openapi({ description: 'open: it waits; running: the computer has it' }),
    askedAt: timeSchema,
    askedBy: z.string(),
    expiresAt: timeSchema,
    endedAt: timeSchema.nullable(),
    files: z.int(),
    bytes: bytesSchema,
    isWhole: z
      .boolean()
      .openapi({ description: 'Whether all that was selected is in `files` and `bytes`; otherwise it is more.' }),
    counters: z.object(Object.fromEntries(restoreCounters.map((name) => [name, z.int()]))).nullable(),
    kept: z.array(z.object({ path: z.string(), reason: z.string() })).readonly(),
    beside: z.array(z.object({ path: z.string(), name: z.string() })).readonly(),
    failed: z.array(z.object({ path: z.string(), code: z.string(), detail: z.string() })).readonly(),
    notSet: z.array(z.object({ path: z.string(), what: z.string(), detail: z.string() })).readonly(),
    left: z.array(z.string()).readonly(),
    code: z.string().nullable(),
    detail: z.string().nullable(),
    before: z.string().nullable().openapi({ description: 'Of a revert: the version that takes it back.' }),
  })
  .openapi('Restore')

const params = z.object({ restoreId: idSchema('rst') })
const common = { tags: ['Restores'], ...signedInOnly }
const one = { 200: { description: 'The restore', content: jsonContent(restoreSchema) }, ...problemResponses }

const listRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/restores',
  summary: 'Files that went, or shall go, back to computers; newest first',
  request: { query: pageQuerySchema },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(restoreSchema)) }, ...problemResponses },
})
const findRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/restores/{restoreId}',
  summary: 'One restore, with its proof',
  request: { params },
  responses: one,
})
const orderRoute = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/restores',
  summary: 'Orders files of a version back to a computer',
  request: { body: { content: jsonContent(wishSchema), required: false } },
  responses: { 201: { description: 'Ordered', content: jsonContent(restoreSchema) }, ...problemResponses },
})
const cancelRoute = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/restores/{restoreId}/cancel',
  summary: 'Cancels a restore; what is back already stays',
  request: { params },
  responses: one,
})

export function restoreOrdersRoutes(services: {
  readonly restoreOrders: RestoreOrdersService
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly devices: Pick<DevicesService, 'find'>
  readonly toldJobs: Pick<ToldJobsService, 'find'>
  readonly clientOf: ClientOf
}): App {
  const { restoreOrders, snapshots, devices, clientOf } = services
  const routes = newRoutes()

  const getRestore = async (c: AppContext, id: Id<'rst'>): Promise<RestoreOrder> => {
    const restore = await restoreOrders.find(id)
    if (restore === undefined || !c.var.access.may('restores:read', restore.customerId)) throw new Problem('HF-NOT-FOUND')
    return restore
  }

  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('restores:read')
    // Nobody reads everybody's files.
    const customerIds = reach === 'all' ? [] : reach
    const list = ({ after, limit }: { readonly after: string | undefined; readonly limit: number }) =>
      restoreOrders.list({ customerIds, before: findRestoreCursor(after), limit })
    const page = await readPage(c.req.valid('query'), list, encodeRestoreCursor)
    return c.json({ items: page.items.map(restoreBody), nextCursor: page.nextCursor }, 200)
  })
  routes.openapi(findRoute, async (c) => c.json(restoreBody(await getRestore(c, c.req.valid('param').restoreId)), 200))
  routes.openapi(orderRoute, async (c) => {
    const wish = await readWish(c)
    const version = await snapshots.find(wish.version)
    if (version === undefined || !c.var.access.may('files:read', version.customerId)) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'restores:write', version.customerId)
    const deviceId = wish.device ?? version.deviceId
    const device = await devices.find(deviceId)
    if (device === undefined || device.customerId !== version.customerId) throw new Problem('HF-NOT-FOUND')
    const paths = wish.paths.map((path) => namesOfPathBytes(bytesOfText(path)))
    const { mode, rule, folder } = wish
    const place =
      folder === undefined || folder === null
        ? ({ kind: 'original' } as const)
        : await folderPlace(services, { device, folder, paths })
    const restore = await restoreOrders.give({ version, paths, deviceId, mode, rule, place }, actingAsUser(c, clientOf))
    return c.json(restoreBody(restore), 201)
  })
  routes.openapi(cancelRoute, async (c) => {
    const restore = await getRestore(c, c.req.valid('param').restoreId)
    requireIn(c, 'restores:write', restore.customerId)
    await restoreOrders.cancel(restore, actingAsUser(c, clientOf))
    return c.json(restoreBody((await restoreOrders.find(restore.restoreId)) ?? restore), 200)
  })
  return routes
}

async function readWish(c: AppContext): Promise<z.output<typeof wishSchema>> {
  const json: unknown = await c.req.json().catch((cause: unknown) => {
    throw new Problem('HF-MALFORMED', { cause })
  })
  const parsed = wishSchema.safeParse(json)
  if (!parsed.success) throw validationProblem('json', parsed.error)
  return parsed.data
}

function restoreBody(restore: RestoreOrder): z.input<typeof restoreSchema> {
  const { place, state, isTaken, proof, counters } = restore
  return {
    id: restore.restoreId,
    version: restore.snapshot,
    sourceDevice: restore.sourceDeviceId,
    device: restore.deviceId,
    mode: restore.mode,
    rule: restore.rule,
    folder: place.kind === 'folder' ? textOfBytes(place.path) : null,
    paths: restore.paths.map((path) => textOfBytes(pathBytes(path))),
    state: state === 'open' && isTaken ? 'running' : state,
    askedAt: formatTime(restore.askedAt),
    askedBy: restore.askedBy,
    expiresAt: formatTime(restore.expiresAt),
    endedAt: restore.endedAt === undefined ? null : formatTime(restore.endedAt),
    files: restore.files,
    bytes: restore.bytes,
    isWhole: restore.isWhole,
    counters: counters === undefined ? null : { ...counters },
    kept: proof?.kept ?? [],
    beside: proof?.beside ?? [],
    failed: proof?.failed ?? [],
    notSet: proof?.notSet ?? [],
    left: proof?.left ?? [],
    code: restore.code ?? null,
    detail: restore.detail ?? null,
    before: restore.before ?? null,
  }
}
