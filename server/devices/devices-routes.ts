import { createRoute, z } from '@hono/zod-openapi'
import { actingAsUser } from '../http/acting-as-user.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import type { IdentitiesService } from '../identities/identities-service.ts'
import { pastFingerprintBody, pastFingerprintSchema } from '../identities/identity-schema.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import type { Id } from '../runtime/ids.ts'
import { snapshotBody, snapshotSchema } from '../snapshots/snapshot-schema.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { Device } from './device.ts'
import { deviceBody, deviceSchema } from './device-schema.ts'
import type { DevicesService } from './devices-service.ts'
import { demandConfirmed, demandMayForget } from './may-forget.ts'

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/devices',
  tags: ['Computers'],
  summary: 'Computers of the customers you may see, in the order in which they were connected',
  ...signedInOnly,
  request: { query: pageQuerySchema },
  responses: {
    200: { description: 'A page of computers', content: jsonContent(pageSchema(deviceSchema)) },
    ...problemResponses,
  },
})

const deviceParams = z.object({ deviceId: idSchema('dev') })

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/devices/{deviceId}',
  tags: ['Computers'],
  summary: 'One computer',
  ...signedInOnly,
  request: { params: deviceParams },
  responses: { 200: { description: 'The computer', content: jsonContent(deviceSchema) }, ...problemResponses },
})

const snapshotsRoute = createRoute({
  method: 'get',
  path: '/api/v1/devices/{deviceId}/snapshots',
  tags: ['Computers'],
  summary: 'Versions of a computer, the newest first',
  ...signedInOnly,
  request: { params: deviceParams, query: pageQuerySchema },
  responses: {
    200: { description: 'A page of versions', content: jsonContent(pageSchema(snapshotSchema)) },
    ...problemResponses,
  },
})

const snapshotRoute = createRoute({
  method: 'get',
  path: '/api/v1/snapshots/{snapshotId}',
  tags: ['Computers'],
  summary: 'One version',
  ...signedInOnly,
  request: { params: z.object({ snapshotId: idSchema('snap') }) },
  responses: { 200: { description: 'The version', content: jsonContent(snapshotSchema) }, ...problemResponses },
})

const changeSchema = z
  .object({ name: z.string().max(400), subscriptionId: idSchema('sub') })
  .partial()
  .openapi({ description: 'What is absent stays.' })

const changeRoute = createRoute({
  method: 'patch',
  path: '/api/v1/devices/{deviceId}',
  tags: ['Computers'],
  summary: 'Rename a computer, or move it to another plan of its customer',
  description:
    'For seven days nothing goes that the plan it left keeps, and moving it back undoes the move. A computer with rules of its own keeps those.',
  ...signedInOnly,
  request: { params: deviceParams, body: { content: jsonContent(changeSchema), required: true } },
  responses: { 200: { description: 'The computer as it is now', content: jsonContent(deviceSchema) }, ...problemResponses },
})

const revokeRoute = createRoute({
  method: 'post',
  path: '/api/v1/devices/{deviceId}/revoke',
  tags: ['Computers'],
  summary: 'Withdraw the access of a computer; its versions stay',
  ...signedInOnly,
  request: { params: deviceParams },
  responses: { 200: { description: 'The computer as it is now', content: jsonContent(deviceSchema) }, ...problemResponses },
})

const forgetRoute = createRoute({
  method: 'delete',
  path: '/api/v1/devices/{deviceId}',
  tags: ['Computers'],
  summary: 'Forget a computer: its versions go into the bin, and when they are gone, it goes',
  ...signedInOnly,
  request: {
    params: deviceParams,
    query: z.object({
      confirm: z.string().max(40).default('').openapi({ description: 'The number of the computer.', example: 'D-000012' }),
    }),
  },
  responses: { 202: { description: 'It is being forgotten', content: jsonContent(deviceSchema) }, ...problemResponses },
})

const fingerprintsRoute = createRoute({
  method: 'get',
  path: '/api/v1/devices/{deviceId}/fingerprints',
  tags: ['Computers'],
  summary: 'What a computer said of its hardware in the course of time, the newest first',
  ...signedInOnly,
  request: { params: deviceParams },
  responses: {
    200: { description: 'All that is kept', content: jsonContent(z.object({ items: z.array(pastFingerprintSchema) })) },
    ...problemResponses,
  },
})

export function devicesRoutes(services: {
  readonly devices: DevicesService
  readonly snapshots: SnapshotsService
  readonly retention: Pick<RetentionService, 'forget'>
  readonly identities: Pick<IdentitiesService, 'listFingerprints'>
  readonly clientOf: ClientOf
}): App {
  const { devices, snapshots, retention, identities, clientOf } = services
  const routes = newRoutes()

  /** Absent and another customer's are the same. */
  const getDevice = async (c: AppContext, permission: Permission, deviceId: Id<'dev'>): Promise<Device> => {
    const device = await devices.find(deviceId)
    if (device === undefined || !c.var.access.may(permission, device.customerId)) throw new Problem('HF-NOT-FOUND')
    return device
  }

  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('devices:read')
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => devices.list({ reach, afterNumber: cursorNumber(after), limit }),
      ({ number }) => String(number),
    )
    return c.json({ ...page, items: page.items.map(deviceBody) }, 200)
  })
  routes.openapi(getRoute, async (c) => {
    return c.json(deviceBody(await getDevice(c, 'devices:read', c.req.valid('param').deviceId)), 200)
  })
  routes.openapi(snapshotsRoute, async (c) => {
    const { deviceId } = await getDevice(c, 'versions:read', c.req.valid('param').deviceId)
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => {
        const beforeSeq = after === undefined ? undefined : cursorNumber(after)
        return snapshots.listOfDevice({ deviceId, beforeSeq, limit })
      },
      ({ seq }) => String(seq),
    )
    return c.json({ ...page, items: page.items.map(snapshotBody) }, 200)
  })
  routes.openapi(snapshotRoute, async (c) => {
    const snapshot = await snapshots.find(c.req.valid('param').snapshotId)
    if (snapshot === undefined || !c.var.access.may('versions:read', snapshot.customerId)) throw new Problem('HF-NOT-FOUND')
    return c.json(snapshotBody(snapshot), 200)
  })
  routes.openapi(changeRoute, async (c) => {
    const { deviceId } = c.req.valid('param')
    const device = await getDevice(c, 'devices:write', deviceId)
    const { name, subscriptionId } = c.req.valid('json')
    if (subscriptionId !== undefined && !c.var.access.may('account:write', device.customerId)) throw new Problem('HF-FORBIDDEN')
    const actingAs = actingAsUser(c, clientOf)
    if (subscriptionId !== undefined) await devices.move(device, subscriptionId, actingAs)
    if (name !== undefined) await devices.rename(device, name, actingAs)
    return c.json(deviceBody(await getDevice(c, 'devices:read', deviceId)), 200)
  })
  routes.openapi(revokeRoute, async (c) => {
    const device = await getDevice(c, 'devices:end', c.req.valid('param').deviceId)
    if (device.state === 'active') await devices.revoke(device.deviceId, actingAsUser(c, clientOf))
    return c.json(deviceBody(await getDevice(c, 'devices:read', device.deviceId)), 200)
  })
  routes.openapi(forgetRoute, async (c) => {
    const device = await getDevice(c, 'devices:end', c.req.valid('param').deviceId)
    demandConfirmed(device, c.req.valid('query').confirm)
    demandMayForget(c, device)
    await retention.forget(device, actingAsUser(c, clientOf))
    return c.json(deviceBody(await getDevice(c, 'devices:read', device.deviceId)), 202)
  })
  routes.openapi(fingerprintsRoute, async (c) => {
    const { deviceId } = await getDevice(c, 'devices:read', c.req.valid('param').deviceId)
    return c.json({ items: (await identities.listFingerprints(deviceId)).map(pastFingerprintBody) }, 200)
  })
  return routes
}
