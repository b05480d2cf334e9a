/**
 * Where a computer becomes a device. Public: it checks the login, or the enrolment, itself, and guessing is limited. The answer
 * holds a token and a slot key, each told this once; beyond loopback it only ever travels over TLS (the listener sees to that).
 */
import { createRoute, z } from '@hono/zod-openapi'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { EnrolmentsService } from '../enrolments/enrolments-service.ts'
import { formatTime, jsonContent, problemResponses } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { verdictSentence } from '../identities/identity-words.ts'
import { signInProblem } from '../sessions/sign-in-problem.ts'
import { subscriptionProblem } from '../subscriptions/subscription-problems.ts'
import type { UsersService } from '../users/users-service.ts'
import type { ComingBy } from './connect-permit.ts'
import type { Connect, Connected } from './connect-service.ts'
import { formatDeviceNumber } from './device.ts'
import { DeviceError } from './device-error.ts'
import { fingerprintSchema } from './fingerprint.ts'
import type { KnownComputer } from './recognise-computer.ts'

const maxWordCharacters = 400
const maxPasswordCharacters = 4096
const word = z.string().max(maxWordCharacters)

const connectSchema = z.object({
  user: word.optional().openapi({ description: 'Mail address of the login; with `password`, or `enrolment` instead of both.' }),
  password: z.string().max(maxPasswordCharacters).optional(),
  otp: word.optional().openapi({ description: 'A code of the second factor, or a recovery code, where the login has one.' }),
  enrolment: z
    .object({ link: word.optional(), code: word.optional() })
    .refine(({ link, code }) => (link === undefined) !== (code === undefined), 'Either the link’s secret or the code.')
    .optional(),
  customer: word.optional().openapi({ description: 'Id, number or name; needed by logins of several customers.' }),
  plan: word.optional().openapi({ description: 'Name of the plan; the oldest valid subscription otherwise.' }),
  name: word.openapi({ description: 'How people will know the computer.' }),
  replace: word.optional().openapi({ description: 'The device to take over: id, number or name.' }),
  asNew: z.boolean().default(false).openapi({ description: 'A computer of its own, however much it looks like a known one.' }),
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
  readonly enrolments: Pick<EnrolmentsService, 'admit'>
  readonly connect: Connect
  readonly clientOf: ClientOf
}): App {
  const { users, enrolments, connect, clientOf } = services
  const routes = newRoutes()

  const readLogin = async (body: ConnectBody, address: string): Promise<ComingBy> => {
    const { user: email, password, otp, customer, plan } = body
    if (email === undefined || password === undefined) throw new DeviceError('nobody', 'Give a login, or an enrolment.')
    const authentication = await users.authenticate({ email, password, otp, address })
    if (authentication.kind !== 'signed-in') throw signInProblem(authentication)
    return { kind: 'login', user: authentication.user, customer, plan }
  }
  const readEnrolment = async (shown: NonNullable<ConnectBody['enrolment']>, address: string): Promise<ComingBy> => {
    const kind = shown.link === undefined ? 'code' : 'link'
    const secret = shown.link ?? shown.code ?? ''
    return { kind: 'enrolment', enrolment: await enrolments.admit({ kind, secret, address }) }
  }

  routes.openapi(connectRoute, async (c) => {
    const body = c.req.valid('json')
    const { address } = clientOf(c)
    const by = body.enrolment === undefined ? await readLogin(body, address) : await readEnrolment(body.enrolment, address)
    const { name, replace, asNew, fingerprint, agentVersion } = body
    const answer = await connect({ by, address, name, replace, isNew: asNew, fingerprint, agentVersion })
    if (answer.kind === 'refused') throw subscriptionProblem(answer.refusal)
    if (answer.kind === 'known') throw knownProblem(answer)
    return c.json(connectedBody(answer), 201)
  })
  return routes
}

type ConnectBody = z.output<typeof connectSchema>

/** What was recognised, for the computer that asks and the person before it. */
function knownProblem({ device, score, questionId, needsAnswer }: KnownComputer): Problem {
  const number = formatDeviceNumber(device.number)
  const hint = needsAnswer
    ? `Somebody with a login answers under Computers; then run the command again. --as-new makes it a computer of its own at once.`
    : `--replace ${number} takes over its jobs and versions; --as-new makes it a computer of its own.`
  return new Problem('HF-DEVICE-KNOWN', {
    detail: `This looks like ${device.name} (${number}): ${verdictSentence(score.verdict)}.`,
    hint,
    members: {
      known: {
        id: device.deviceId,
        number,
        name: device.name,
        state: device.state,
        lastSeenAt: formatTime(device.lastSeenAt),
        verdict: score.verdict,
        likeness: score.likeness,
        facts: score.facts,
      },
      question: questionId,
      needsAnswer,
    },
  })
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
