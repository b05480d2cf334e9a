/**
 * Where a computer becomes a device. Public: it checks the login itself, through the one door that limits guessing. The answer
 * holds a token and a slot key, each told this once; beyond loopback it only ever travels over TLS (the listener sees to that).
 */
import { createRoute, z } from '@hono/zod-openapi'
import { formatCustomerNumber } from '../customers/customer.ts'
import { jsonContent, problemResponses } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { signInProblem } from '../sessions/sign-in-problem.ts'
import { subscriptionProblem } from '../subscriptions/subscription-problems.ts'
import type { UsersService } from '../users/users-service.ts'
import type { Connect, Connected } from './connect-service.ts'
import { formatDeviceNumber } from './device.ts'
import { fingerprintSchema } from './fingerprint.ts'

const maxWordCharacters = 400
const maxPasswordCharacters = 4096
const word = z.string().max(maxWordCharacters)

const connectSchema = z.object({
  user: word,
  password: z.string().max(maxPasswordCharacters),
  otp: word.optional().openapi({ description: 'A code of the second factor, or a recovery code, where the login has one.' }),
  customer: word.optional().openapi({ description: 'Id, number or name; needed by logins of several customers.' }),
  plan: word.optional().openapi({ description: 'Name of the plan; the oldest valid subscription otherwise.' }),
  name: word.openapi({ description: 'How people will know the computer.' }),
  replace: word.optional().openapi({ description: 'The device to take over: id, number or name.' }),
  agentVersion: z.string().max(64),
  fingerprint: fingerprintSchema,
})

const connectedSchema = z.object({
  device: z.object({ id: z.string(), number: z.string(), name: z.string() }),
  customer: z.object({ id: z.string(), number: z.string(), name: z.string() }),
  plan: z.string(),
  token: z.string().openapi({ description: 'Shown once.' }),
  repository: z.record(z.string(), z.unknown()).openapi({ description: 'repository.json' }),
  slot: z.record(z.string(), z.unknown()).openapi({ description: 'keys/<slot>.json' }),
  slotKey: z.string().openapi({ description: 'base64, 32 bytes. Shown once.' }),
  instance: z.string(),
})

const connectRoute = createRoute({
  method: 'post',
  path: '/api/agent/v1/connect',
  tags: ['Agents'],
  summary: 'Connect a computer',
  request: { body: { content: jsonContent(connectSchema), required: true } },
  responses: { 201: { description: 'The computer is connected', content: jsonContent(connectedSchema) }, ...problemResponses },
})

export function connectRoutes(services: {
  readonly users: UsersService
  readonly connect: Connect
  readonly clientOf: ClientOf
}): App {
  const { users, connect, clientOf } = services
  const routes = newRoutes()
  routes.openapi(connectRoute, async (c) => {
    const { user: email, password, otp, customer, plan, replace, ...request } = c.req.valid('json')
    const { address } = clientOf(c)
    const authentication = await users.authenticate({ email, password, otp, address })
    if (authentication.kind !== 'signed-in') throw signInProblem(authentication)
    const answer = await connect({ ...request, user: authentication.user, address, customer, plan, replace })
    if (answer.kind === 'refused') throw subscriptionProblem(answer.refusal)
    return c.json(connectedBody(answer), 201)
  })
  return routes
}

function connectedBody(connected: Connected): z.input<typeof connectedSchema> {
  const { device, customer } = connected
  return {
    device: { id: device.deviceId, number: formatDeviceNumber(device.number), name: device.name },
    customer: { id: customer.customerId, number: formatCustomerNumber(customer.number), name: customer.name },
    plan: connected.planName,
    token: connected.token,
    repository: JSON.parse(connected.repositoryFile.toString('utf8')),
    slot: JSON.parse(connected.slotFile.toString('utf8')),
    slotKey: connected.slotKey.toString('base64'),
    instance: connected.instance,
  }
}
