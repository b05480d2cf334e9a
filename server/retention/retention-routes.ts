/** Rules, reasons, the bin and pins in the API. */
import { createRoute, type z } from '@hono/zod-openapi'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import { formatTime, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes, validationProblem } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import {
  binBody,
  binEntrySchema,
  changedRulesSchema,
  decisionBody,
  decisionSchema,
  deviceParams,
  deviceRulesSchema,
  previewBody,
  previewSchema,
  snapshotParams,
  takenBackSchema,
} from './retention-bodies.ts'
import { retentionRulesSchema } from './retention-schema.ts'
import type { RetentionService } from './retention-service.ts'

const tags = ['Versions kept']
const common = { tags, ...signedInOnly }
const noContent = { 204: { description: 'Done' }, ...problemResponses }

const rulesRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/devices/{deviceId}/retention',
  summary: 'The rules that hold for a computer',
  request: { params: deviceParams },
  responses: { 200: { description: 'The rules', content: jsonContent(deviceRulesSchema) }, ...problemResponses },
})
const setRulesRoute = createRoute({
  ...common,
  method: 'put',
  path: '/api/v1/devices/{deviceId}/retention',
  summary: 'Gives a computer rules of its own, or those of its plan again',
  description: 'They take effect in the next night. Ask for a preview first.',
  request: { params: deviceParams, body: { content: jsonContent(changedRulesSchema) } },
  responses: { 200: { description: 'The rules', content: jsonContent(deviceRulesSchema) }, ...problemResponses },
})
const previewRoute = createRoute({
  ...common,
  method: 'post',
  path: '/api/v1/devices/{deviceId}/retention/preview',
  summary: 'Which versions rules would let go today, and what that would free',
  request: { params: deviceParams, body: { content: jsonContent(retentionRulesSchema) } },
  responses: { 200: { description: 'What would happen', content: jsonContent(previewSchema) }, ...problemResponses },
})
const decisionsRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/devices/{deviceId}/decisions',
  summary: 'Why each version of a computer is kept, or that it goes; the newest first',
  request: { params: deviceParams, query: pageQuerySchema },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(decisionSchema)) }, ...problemResponses },
})
const binRoute = createRoute({
  ...common,
  method: 'get',
  path: '/api/v1/devices/{deviceId}/bin',
  summary: 'Versions that can be taken back, the newest in the bin first',
  request: { params: deviceParams, query: pageQuerySchema },
  responses: { 200: { description: 'A page', content: jsonContent(pageSchema(binEntrySchema)) }, ...problemResponses },
})
const pinRoute = createRoute({
  ...common,
  method: 'put',
  path: '/api/v1/snapshots/{snapshotId}/pin',
  summary: 'Keeps a version until it is unpinned',
  request: { params: snapshotParams },
  responses: noContent,
})
const unpinRoute = createRoute({
  ...common,
  method: 'delete',
  path: '/api/v1/snapshots/{snapshotId}/pin',
  summary: 'Lets the rules decide about a version again',
  request: { params: snapshotParams },
  responses: noContent,
})
const deleteRoute = createRoute({
  ...common,
  method: 'delete',
  path: '/api/v1/snapshots/{snapshotId}',
  summary: 'Puts a version into the bin, whatever the rules say',
  request: { params: snapshotParams },
  responses: noContent,
})
const takeBackRoute = createRoute({
  ...common,
  method: 'delete',
  path: '/api/v1/snapshots/{snapshotId}/bin',
  summary: 'Takes a version back out of the bin',
  request: { params: snapshotParams },
  responses: { 200: { description: 'It is back', content: jsonContent(takenBackSchema) }, ...problemResponses },
})

const countBytesForMs = 60_000

/** A request without a body gets as far as the question whose computer it is; there it ends. */
function demandBody<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const parsed = schema.safeParse(given)
  if (!parsed.success) throw validationProblem('json', parsed.error)
  return parsed.data
}

export function retentionRoutes(services: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly retention: RetentionService
  readonly clientOf: ClientOf
}): App {
  const { devices, snapshots, retention, clientOf } = services
  const routes = newRoutes()

  /** Absent and another customer's are the same. */
  const getDevice = async (c: AppContext, permission: Permission, deviceId: Id<'dev'>): Promise<Device> => {
    const device = await devices.find(deviceId)
    if (device === undefined || !c.var.access.may(permission, device.customerId)) throw new Problem('HF-NOT-FOUND')
    return device
  }
  const getVersion = async (c: AppContext, permission: Permission, id: Id<'snap'>): Promise<Snapshot> => {
    const version = await snapshots.find(id)
    if (version === undefined || !c.var.access.may(permission, version.customerId)) throw new Problem('HF-NOT-FOUND')
    return version
  }
  const rulesBody = async (device: Device) => {
    const { rules, own, plan, held } = await retention.rulesOf(device)
    return { rules, own: own ?? null, plan, held: held.map((one) => ({ rules: one.rules, until: formatTime(one.untilMs) })) }
  }

  routes.openapi(rulesRoute, async (c) => {
    const device = await getDevice(c, 'versions:read', c.req.valid('param').deviceId)
    return c.json(await rulesBody(device), 200)
  })
  routes.openapi(setRulesRoute, async (c) => {
    const device = await getDevice(c, 'retention:write', c.req.valid('param').deviceId)
    const { own } = demandBody(changedRulesSchema, c.req.valid('json'))
    await retention.setRules(device, own ?? undefined, actingAsUser(c, clientOf))
    return c.json(await rulesBody(device), 200)
  })
  routes.openapi(previewRoute, async (c) => {
    const device = await getDevice(c, 'retention:write', c.req.valid('param').deviceId)
    const rules = demandBody(retentionRulesSchema, c.req.valid('json'))
    const preview = await retention.preview(device, rules, AbortSignal.timeout(countBytesForMs))
    return c.json(previewBody(preview), 200)
  })
  routes.openapi(decisionsRoute, async (c) => {
    const device = await getDevice(c, 'versions:read', c.req.valid('param').deviceId)
    const [all, foreseen] = await Promise.all([retention.decide(device), retention.foresee(device)])
    const decisions = all.filter(({ version }) => version.bin === undefined)
    const list = async ({ after, limit }: { readonly after: string | undefined; readonly limit: number }) => {
      const beforeSeq = after === undefined ? Number.POSITIVE_INFINITY : cursorNumber(after)
      return decisions.filter(({ version }) => version.seq < beforeSeq).slice(0, limit)
    }
    const page = await readPage(c.req.valid('query'), list, ({ version }) => String(version.seq))
    return c.json(
      { ...page, items: page.items.map((one) => decisionBody(one, foreseen.get(one.version.id) ?? { kind: 'going' })) },
      200,
    )
  })
  routes.openapi(binRoute, async (c) => {
    const { deviceId } = await getDevice(c, 'versions:read', c.req.valid('param').deviceId)
    const entries = (await retention.listBin(deviceId)).map((entry, index) => ({ entry, index }))
    const list = async ({ after, limit }: { readonly after: string | undefined; readonly limit: number }) => {
      const from = after === undefined ? 0 : cursorNumber(after) + 1
      return entries.slice(from, from + limit)
    }
    const page = await readPage(c.req.valid('query'), list, ({ index }) => String(index))
    return c.json({ ...page, items: page.items.map(({ entry }) => binBody(entry)) }, 200)
  })
  routes.openapi(pinRoute, async (c) => {
    await retention.pin(await getVersion(c, 'versions:keep', c.req.valid('param').snapshotId), actingAsUser(c, clientOf))
    return c.body(null, 204)
  })
  routes.openapi(unpinRoute, async (c) => {
    await retention.unpin(await getVersion(c, 'versions:keep', c.req.valid('param').snapshotId), actingAsUser(c, clientOf))
    return c.body(null, 204)
  })
  routes.openapi(deleteRoute, async (c) => {
    await retention.remove(await getVersion(c, 'versions:delete', c.req.valid('param').snapshotId), actingAsUser(c, clientOf))
    return c.body(null, 204)
  })
  routes.openapi(takeBackRoute, async (c) => {
    const version = await getVersion(c, 'versions:keep', c.req.valid('param').snapshotId)
    return c.json(await retention.takeBack(version, actingAsUser(c, clientOf)), 200)
  })
  return routes
}
