/** Changes of keys over the API, and the slot that an agent asks for after one. */
import { createRoute, z } from '@hono/zod-openapi'
import { askingDevice } from '../devices/asking-device.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { KeyCareService } from './key-care-service.ts'

const boxKeyRoute = createRoute({
  method: 'post',
  path: '/api/v1/box/keys',
  tags: ['Box'],
  summary: 'A new box key: the box starts itself again for it',
  ...signedInOnly,
  responses: {
    202: {
      description: 'It is made, and used from the next start on',
      content: jsonContent(z.object({ state: z.enum(['restarting', 'at-next-start']) })),
    },
    ...problemResponses,
  },
})

const epochRoute = createRoute({
  method: 'post',
  path: '/api/v1/customers/{customerId}/keys',
  tags: ['Customers'],
  summary: 'A new epoch of the customer’s keys',
  ...signedInOnly,
  request: { params: z.object({ customerId: idSchema('cus') }) },
  responses: {
    201: {
      description: 'What is stored from now on is sealed under it',
      content: jsonContent(z.object({ epoch: z.int(), slotsRewritten: z.int(), slotsLeft: z.array(z.string()) })),
    },
    ...problemResponses,
  },
})

const deviceSlotRoute = createRoute({
  method: 'get',
  path: '/api/agent/v1/key-slot',
  tags: ['Agents'],
  summary: 'This device’s key slot, as it is after the last change of keys',
  security: [{ device: [] }],
  responses: {
    200: {
      description: 'The slot as its file holds it',
      content: jsonContent(z.object({ slot: z.record(z.string(), z.unknown()) })),
    },
    ...problemResponses,
  },
})

export function keyCareRoutes({ keyCare, clientOf }: { readonly keyCare: KeyCareService; readonly clientOf: ClientOf }): App {
  const routes = newRoutes()
  routes.openapi(boxKeyRoute, async (c) => c.json(await keyCare.orderBoxKey(actingAsUser(c, clientOf)), 202))
  routes.openapi(epochRoute, async (c) => {
    const { customerId } = c.req.valid('param')
    requireIn(c, 'box:care', customerId)
    const { epoch, slotsRewritten, slotsLeft } = await keyCare.rotateEpoch(customerId, actingAsUser(c, clientOf))
    return c.json({ epoch, slotsRewritten, slotsLeft: [...slotsLeft] }, 201)
  })
  routes.openapi(deviceSlotRoute, async (c) => {
    const file = await keyCare.findDeviceSlot(askingDevice(c).deviceId)
    if (file === undefined) throw new Problem('HF-NOT-FOUND')
    return c.json({ slot: JSON.parse(file.toString()) as Record<string, unknown> }, 200)
  })
  return routes
}
