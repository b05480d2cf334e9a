/** What a device asks about itself: whether backups are taken now, and what its jobs have come to. */
import { createRoute, z } from '@hono/zod-openapi'
import { bytesSchema, formatTime, jsonContent, problemResponses, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem, problemDocument } from '../http/problem.ts'
import type { IdentitiesService } from '../identities/identities-service.ts'
import type { Job } from '../jobs/job.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { intervalText, runStarts } from '../subscriptions/shortest-interval.ts'
import { subscriptionProblem } from '../subscriptions/subscription-problems.ts'
import { askingDevice } from './asking-device.ts'
import type { DevicePolicy, PolicyRefusal } from './backup-policy.ts'
import { formatDeviceNumber } from './device.ts'
import type { DevicesService } from './devices-service.ts'

const policySchema = z.object({
  acceptsBackups: z.boolean(),
  refusal: z.record(z.string(), z.unknown()).optional().openapi({ description: 'The problem that a backup would meet.' }),
  plan: z.object({ name: z.string(), validUntil: timeSchema.nullable() }),
  quotaBytes: bytesSchema,
  usedBytes: bytesSchema,
  serverTimeMs: z.int(),
  wantsFingerprint: z.boolean().openapi({ description: 'Tell what the computer is made of before the next backup.' }),
})

const policyQuery = z.object({
  print: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional()
    .openapi({ description: 'Of the machine that asks.' }),
  job: z.string().min(1).max(400).optional(),
  start: z.enum(runStarts).default('hand').openapi({ description: 'Who starts it: a person, or its schedule.' }),
})

const versionSchema = z.object({ id: z.string(), seq: z.int(), receivedAt: timeSchema, verdict: z.string() })
const deviceSchema = z.object({
  id: z.string(),
  number: z.string(),
  name: z.string(),
  head: z.object({ seq: z.int(), snapshot: z.string().nullable() }).openapi({ description: 'Of the chain of versions.' }),
  jobs: z.array(z.object({ name: z.string(), newest: versionSchema.nullable(), lastGood: versionSchema.nullable() })),
})

const agentsOnly = { tags: ['Agents'], security: [{ device: [] }] }

const policyRoute = createRoute({
  method: 'get',
  path: '/api/agent/v1/policy',
  summary: 'Whether backups are taken now',
  description: 'With a job: it is about to begin, and a refusal is kept as a run of it that was refused.',
  ...agentsOnly,
  request: { query: policyQuery },
  responses: { 200: { description: 'The policy', content: jsonContent(policySchema) }, ...problemResponses },
})

const deviceRoute = createRoute({
  method: 'get',
  path: '/api/agent/v1/device',
  summary: 'This device, its chain and its jobs',
  ...agentsOnly,
  responses: { 200: { description: 'The device', content: jsonContent(deviceSchema) }, ...problemResponses },
})

export function agentDeviceRoutes(services: {
  readonly devices: DevicesService
  readonly snapshots: SnapshotsService
  readonly identities: Pick<IdentitiesService, 'wantsFingerprint'>
  readonly clientOf: ClientOf
}): App {
  const { devices, snapshots, identities, clientOf } = services
  const routes = newRoutes()
  routes.openapi(policyRoute, async (c) => {
    const device = askingDevice(c)
    await devices.noteAgent(device.deviceId, { address: clientOf(c).address })
    const { print, job, start } = c.req.valid('query')
    const wantsFingerprint = print !== undefined && (await identities.wantsFingerprint(device.deviceId, print))
    const intended = job === undefined ? undefined : { job, startedBy: start, describe: describeRefusal }
    return c.json({ ...policyBody(await devices.policy(device, intended), c.var.requestId), wantsFingerprint }, 200)
  })
  routes.openapi(deviceRoute, async (c) => {
    const { deviceId } = askingDevice(c)
    const [device, chain] = [await devices.find(deviceId), await devices.findChain(deviceId)]
    if (device === undefined || chain === undefined) throw new Problem('HF-NOT-FOUND')
    const jobs = await devices.listJobs(deviceId)
    const versions = await snapshots.findByIds(jobs.flatMap(shownVersions))
    const head = { seq: chain.headSeq, snapshot: chain.headSnapshot ?? null }
    const jobBodies = jobs.map((job) => jobBody(job, versions))
    return c.json({ id: deviceId, number: formatDeviceNumber(device.number), name: device.name, head, jobs: jobBodies }, 200)
  })
  return routes
}

function policyBody(policy: DevicePolicy, requestId: string): Omit<z.input<typeof policySchema>, 'wantsFingerprint'> {
  const { subscription, refusal, usedBytes, serverTimeMs } = policy
  const validUntil = subscription.validUntil === undefined ? null : formatTime(subscription.validUntil)
  return {
    acceptsBackups: refusal === undefined,
    ...(refusal === undefined ? {} : { refusal: { ...problemDocument(policyProblem(refusal), requestId) } }),
    plan: { name: subscription.planName, validUntil },
    quotaBytes: subscription.quotaBytes,
    usedBytes,
    serverTimeMs,
  }
}

function policyProblem(refusal: PolicyRefusal): Problem {
  if (refusal.kind !== 'too-soon') return subscriptionProblem(refusal)
  const { nextAt, minIntervalMinutes } = refusal
  return new Problem('HF-TOO-SOON', {
    detail: `The plan backs up by schedule once in ${intervalText(minIntervalMinutes)}. The next one may begin at ${formatTime(nextAt)}.`,
    members: { nextAt: formatTime(nextAt) },
  })
}

function describeRefusal(refusal: PolicyRefusal) {
  const { code, detail } = problemDocument(policyProblem(refusal), '')
  return { code, detail }
}

function shownVersions({ newestVersion, lastGoodVersion }: Job) {
  return [newestVersion, lastGoodVersion].filter((id) => id !== undefined)
}

function jobBody({ name, newestVersion, lastGoodVersion }: Job, versions: readonly Snapshot[]) {
  const versionOf = (id: string | undefined) => {
    const version = versions.find((candidate) => candidate.id === id)
    if (version === undefined) return null
    const { seq, receivedAt, verdict } = version
    return { id: version.id, seq, receivedAt: formatTime(receivedAt), verdict }
  }
  return { name, newest: versionOf(newestVersion), lastGood: versionOf(lastGoodVersion) }
}
