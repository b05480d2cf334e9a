/** Orders and jobs of a computer over the API: what a script may ask of it, and what it answered. */
import { createRoute, z } from '@hono/zod-openapi'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import { formatTime, idSchema, jsonContent, problemResponses, signedInOnly, timeSchema } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes, validationProblem } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import type { Id } from '../runtime/ids.ts'
import { hidePaths } from '../text/hide-paths.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import type { Order, OrderedJob } from './order.ts'
import type { OrdersService } from './orders-service.ts'

const orderedJob = z.object({
  name: z.string(),
  sources: z.array(z.string()).readonly(),
  excludes: z.array(z.string()).readonly(),
  schedules: z.array(z.string()).readonly(),
  isPaused: z.boolean(),
})

const orderBodySchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('run-now'), job: z.string().max(100).optional() }),
    z.object({ kind: z.literal('cancel') }),
    z.object({ kind: z.literal('jobs-changed'), baseRevision: z.string().max(64), jobs: z.array(orderedJob) }),
  ])
  .openapi('OrderToGive')

const orderSchema = z
  .object({
    id: z.string(),
    number: z.int(),
    kind: z.string(),
    state: z.string(),
    givenAt: timeSchema,
    givenBy: z.string(),
    expiresAt: timeSchema,
    takenAt: timeSchema.nullable(),
    endedAt: timeSchema.nullable(),
    code: z.string().nullable(),
    detail: z.string().nullable(),
  })
  .openapi('Order')

const jobsSchema = z
  .object({
    revision: z.string(),
    timeZone: z.string(),
    toldAt: timeSchema,
    isListening: z.boolean().openapi({ description: 'Whether the computer waits for orders now.' }),
    keepsSchedule: z.boolean(),
    nextAt: timeSchema.nullable(),
    jobs: z.array(
      orderedJob.extend({
        sourceCount: z.int(),
        excludeCount: z.int(),
        keep: z.string().nullable(),
        nextAt: timeSchema.nullable(),
      }),
    ),
    waiting: z.string().nullable().openapi({ description: 'The order that changes them, not answered yet.' }),
    conflict: z.string().nullable().openapi({ description: 'The order that was refused because they had been changed there.' }),
    progress: z
      .object({
        job: z.string(),
        phase: z.string(),
        filesDone: z.int(),
        bytesDone: z.int(),
        bytesTotal: z.int().nullable(),
        bytesPerSecond: z.int(),
      })
      .nullable(),
  })
  .openapi('JobsOfComputer')

const params = z.object({ deviceId: idSchema('dev') })
const computers = { tags: ['Computers'], ...signedInOnly }

const giveRoute = createRoute({
  method: 'post',
  path: '/api/v1/devices/{deviceId}/orders',
  summary: 'Ask something of a computer: a backup now, to stop one, other jobs',
  ...computers,
  // Whose computer it is comes first; what is asked of it is read after that.
  request: { params, body: { content: jsonContent(orderBodySchema), required: false } },
  responses: { 201: { description: 'Given', content: jsonContent(orderSchema) }, ...problemResponses },
})

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/devices/{deviceId}/orders',
  summary: 'The newest orders of a computer',
  ...computers,
  request: { params },
  responses: {
    200: { description: 'Orders', content: jsonContent(z.object({ items: z.array(orderSchema) })) },
    ...problemResponses,
  },
})

const jobsRoute = createRoute({
  method: 'get',
  path: '/api/v1/devices/{deviceId}/jobs',
  summary: 'What a computer backs up and when; without paths for staff',
  ...computers,
  request: { params },
  responses: { 200: { description: 'Jobs', content: jsonContent(jobsSchema) }, ...problemResponses },
})

const ordersListed = 50

export function ordersRoutes(services: {
  readonly devices: Pick<DevicesService, 'find'>
  readonly orders: OrdersService
  readonly toldJobs: ToldJobsService
  readonly progress: ProgressService
  readonly clientOf: ClientOf
}): App {
  const { devices, orders, toldJobs, progress, clientOf } = services
  const routes = newRoutes()

  const getCustomer = async (c: AppContext, deviceId: Id<'dev'>): Promise<Id<'cus'>> => {
    const device = await devices.find(deviceId)
    if (device === undefined || !c.var.access.may('devices:read', device.customerId)) throw new Problem('HF-NOT-FOUND')
    return device.customerId
  }

  routes.openapi(giveRoute, async (c) => {
    const { deviceId } = c.req.valid('param')
    const customerId = await getCustomer(c, deviceId)
    requireIn(c, 'devices:write', customerId)
    const wish = await readWish(c)
    const actingAs = actingAsUser(c, clientOf)
    if (wish.kind === 'jobs-changed') {
      // Whoever may not read paths cannot know what they would be setting.
      if (!c.var.access.may('files:read', customerId)) throw new Problem('HF-FORBIDDEN')
      return c.json(orderBody(await toldJobs.edit(deviceId, wish, actingAs), true), 201)
    }
    const order =
      wish.kind === 'cancel' ? { kind: wish.kind } : { kind: wish.kind, ...(wish.job === undefined ? {} : { job: wish.job }) }
    return c.json(orderBody(await orders.giveNow({ deviceId, order }, actingAs), true), 201)
  })
  routes.openapi(listRoute, async (c) => {
    const { deviceId } = c.req.valid('param')
    const mayRead = c.var.access.may('files:read', await getCustomer(c, deviceId))
    const found = await orders.listNewest(deviceId, ordersListed)
    return c.json({ items: found.map((order) => orderBody(order, mayRead)) }, 200)
  })
  routes.openapi(jobsRoute, async (c) => {
    const { deviceId } = c.req.valid('param')
    const mayRead = c.var.access.may('files:read', await getCustomer(c, deviceId))
    const found = await toldJobs.read(deviceId)
    if (found === undefined) throw new Problem('HF-JOBS-NOT-TOLD')
    const { told, nextAt, waiting, conflict } = found
    const running = progress.find(deviceId)
    return c.json(
      {
        revision: told.revision,
        timeZone: told.timeZone,
        toldAt: formatTime(told.toldAt),
        isListening: orders.isListening(deviceId),
        keepsSchedule: told.keepsSchedule,
        nextAt: nextAt === undefined ? null : formatTime(nextAt),
        jobs: told.jobs.map(({ nextAt: jobNextAt, keep, ...job }) => ({
          ...(mayRead ? job : withoutPaths(job)),
          sourceCount: job.sources.length,
          excludeCount: job.excludes.length,
          keep: keep ?? null,
          nextAt: jobNextAt === undefined ? null : formatTime(jobNextAt),
        })),
        waiting: waiting?.order.orderId ?? null,
        conflict: conflict?.order.orderId ?? null,
        progress: running === undefined ? null : progressBody(running),
      },
      200,
    )
  })
  return routes
}

async function readWish(c: AppContext): Promise<z.output<typeof orderBodySchema>> {
  const json: unknown = await c.req.json().catch((cause: unknown) => {
    throw new Problem('HF-MALFORMED', { cause })
  })
  const parsed = orderBodySchema.safeParse(json)
  if (!parsed.success) throw validationProblem('json', parsed.error)
  return parsed.data
}

function withoutPaths(job: OrderedJob): OrderedJob {
  return { ...job, sources: [], excludes: [] }
}

function progressBody(running: NonNullable<ReturnType<ProgressService['find']>>) {
  const { job, phase, filesDone, bytesDone, bytesTotal, bytesPerSecond } = running
  return { job, phase, filesDone, bytesDone, bytesTotal: bytesTotal ?? null, bytesPerSecond }
}

function orderBody(order: Order, mayRead: boolean): z.input<typeof orderSchema> {
  const time = (atMs: number | undefined) => (atMs === undefined ? null : formatTime(atMs))
  const detail = order.detail ?? null
  return {
    id: order.orderId,
    number: order.number,
    kind: order.body.kind,
    state: order.state,
    givenAt: formatTime(order.givenAt),
    givenBy: order.givenBy,
    expiresAt: formatTime(order.expiresAt),
    takenAt: time(order.takenAt),
    endedAt: time(order.endedAt),
    code: order.code ?? null,
    detail: detail === null || mayRead ? detail : hidePaths(detail),
  }
}
