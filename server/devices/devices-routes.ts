import { createRoute, z } from '@hono/zod-openapi'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import type { Id } from '../runtime/ids.ts'
import { snapshotBody, snapshotSchema } from '../snapshots/snapshot-schema.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { Device } from './device.ts'
import { deviceBody, deviceSchema } from './device-schema.ts'
import type { DevicesService } from './devices-service.ts'

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

export function devicesRoutes(services: { readonly devices: DevicesService; readonly snapshots: SnapshotsService }): App {
  const { devices, snapshots } = services
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
  return routes
}
