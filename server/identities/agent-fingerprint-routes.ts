/** Where a computer tells of its machine: when its print is another one than at its connection, and now and then. */
import { createRoute, z } from '@hono/zod-openapi'
import { askingDevice } from '../devices/asking-device.ts'
import { fingerprintSchema } from '../devices/fingerprint.ts'
import { jsonContent, problemResponses } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { IdentitiesService } from './identities-service.ts'

const maxInstanceCharacters = 64

const tellSchema = z.object({
  fingerprint: fingerprintSchema,
  instance: z.string().max(maxInstanceCharacters).nullish(),
  agentVersion: z.string().max(64),
})

const toldSchema = z.object({
  outcome: z.enum(['recorded', 'changed', 'cloned']).openapi({
    description:
      'changed: people are asked, backups go on. cloned: another computer has this identity; a backup will be refused.',
  }),
})

const tellRoute = createRoute({
  method: 'post',
  path: '/api/agent/v1/fingerprint',
  tags: ['Agents'],
  security: [{ device: [] }],
  summary: 'Tell what the computer is made of',
  request: { body: { content: jsonContent(tellSchema), required: true } },
  responses: { 200: { description: 'What came of it', content: jsonContent(toldSchema) }, ...problemResponses },
})

export function agentFingerprintRoutes(services: {
  readonly identities: Pick<IdentitiesService, 'tell'>
  readonly clientOf: ClientOf
}): App {
  const { identities, clientOf } = services
  const routes = newRoutes()
  routes.openapi(tellRoute, async (c) => {
    const { deviceId } = askingDevice(c)
    const { fingerprint, instance, agentVersion } = c.req.valid('json')
    const told = { deviceId, fingerprint, instance: instance ?? undefined, agentVersion, address: clientOf(c).address }
    return c.json({ outcome: await identities.tell(told) }, 200)
  })
  return routes
}
