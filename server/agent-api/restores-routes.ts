/**
 * Restore orders as agents take them: what to get back, and what became of it. Whoever was not named by an open order gets the same
 * answer as for one that never was.
 */
import { createRoute, z } from '@hono/zod-openapi'
import {
  maxNamesRehearsed,
  maxNamesReported,
  rehearsalCounters,
  restoreCounters,
  restoreModes,
  restoreRules,
} from '../../selection/restore-order.ts'
import { askingDevice } from '../devices/asking-device.ts'
import { formatTime, idSchema, jsonContent, problemResponses, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { RestoreOrdersService } from '../restore-orders/restore-orders-service.ts'
import type { RestoreTask } from '../restore-orders/restore-task.ts'
import { agentsOnly } from './sessions-routes.ts'

const maxPathCharacters = 32_768
/** What a computer does not count, it has none of: an older program must still be able to say that it has ended. */
const amount = z.int().min(0).default(0)
const amounts = <Name extends string>(names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [name, amount])) as Record<Name, typeof amount>
const path = z.string().max(maxPathCharacters)

const taskSchema = z
  .object({
    id: z.string(),
    mode: z.enum(restoreModes),
    rule: z.enum(restoreRules),
    folder: z.string().nullable().openapi({ description: 'base64; null: the original place' }),
    isStripped: z.boolean(),
    version: z.object({ id: z.string(), job: z.string(), receivedAt: timeSchema }),
    items: z.array(z.string()).openapi({ description: 'base64 of selected entries, as the engine encodes them' }),
    absent: z.array(z.string()).openapi({ description: 'base64 of selected paths that the version has nothing of' }),
    lost: z.array(z.string()).openapi({
      description: 'base64 of selected paths that are damaged on the box: whether the version has them is unknown',
    }),
  })
  .openapi('AgentRestore')

const code = z
  .string()
  .max(64)
  .regex(/^HF-[A-Z0-9-]+$/)
const names = <Item extends z.ZodType>(item: Item) => z.array(item).max(maxNamesReported)

const reportBody = z.object({
  state: z.enum(['done', 'partly', 'failed', 'cancelled']),
  code: code.nullish(),
  detail: z.string().max(10_000).nullish(),
  before: idSchema('snap').nullish(),
  counters: z.object(amounts(restoreCounters)),
  kept: names(z.object({ path, reason: z.string().max(64) })),
  beside: names(z.object({ path, name: path })),
  failed: names(z.object({ path, code: z.string().max(64), detail: z.string().max(1000) })),
  notSet: names(z.object({ path, what: z.string().max(64), detail: z.string().max(1000) })).default([]),
  left: names(path),
})

const rehearsalBody = z.object({
  ...amounts(rehearsalCounters),
  freeBytes: z.int().min(0).nullish(),
  replaced: z.array(path).max(maxNamesRehearsed),
  gone: z.array(path).max(maxNamesRehearsed).default([]),
  isWhole: z.boolean(),
})

const params = z.object({ restoreId: idSchema('rst') })
const bodyOf = <Schema extends z.ZodType>(schema: Schema) => ({ content: jsonContent(schema), required: true as const })
const nothing = { 200: { description: 'Noted', content: jsonContent(z.object({})) }, ...problemResponses }

const taskRoute = createRoute({
  method: 'get',
  path: '/api/agent/v1/restores/{restoreId}',
  summary: 'What to get back, and where to; while its order is open',
  ...agentsOnly,
  request: { params },
  responses: { 200: { description: 'What was selected', content: jsonContent(taskSchema) }, ...problemResponses },
})

const reportRoute = createRoute({
  method: 'post',
  path: '/api/agent/v1/restores/{restoreId}',
  summary: 'What became of a restore',
  ...agentsOnly,
  request: { params, body: bodyOf(reportBody) },
  responses: nothing,
})

const rehearsalRoute = createRoute({
  method: 'post',
  path: '/api/agent/v1/restores/{restoreId}/rehearsal',
  summary: 'What a restore would do here',
  ...agentsOnly,
  request: { params, body: bodyOf(rehearsalBody) },
  responses: nothing,
})

export function agentRestoresRoutes({ restoreOrders }: { readonly restoreOrders: RestoreOrdersService }): App {
  const routes = newRoutes()
  routes.openapi(taskRoute, async (c) => {
    const task = await restoreOrders.taskFor(askingDevice(c), c.req.valid('param').restoreId)
    if (task === undefined) throw new Problem('HF-NOT-FOUND')
    return c.json(taskBody(task), 200)
  })
  routes.openapi(reportRoute, async (c) => {
    const { state, code: why, detail, before, counters, kept, beside, failed, notSet, left } = c.req.valid('json')
    const report = {
      ...{ state, code: why ?? undefined, detail: detail ?? undefined, before: before ?? undefined },
      ...{ counters, proof: { kept, beside, failed, notSet, left } },
    }
    const isKnown = await restoreOrders.report(askingDevice(c), c.req.valid('param').restoreId, report)
    if (!isKnown) throw new Problem('HF-NOT-FOUND')
    return c.json({}, 200)
  })
  routes.openapi(rehearsalRoute, (c) => {
    const { freeBytes, ...counts } = c.req.valid('json')
    const told = { ...counts, freeBytes: freeBytes ?? undefined }
    if (!restoreOrders.tellRehearsal(askingDevice(c), c.req.valid('param').restoreId, told)) throw new Problem('HF-NOT-FOUND')
    return c.json({}, 200)
  })
  return routes
}

function taskBody(task: RestoreTask): z.input<typeof taskSchema> {
  const { restoreId, mode, rule, place, snapshot, job, versionAt, items, absent, lost } = task
  return {
    ...{ id: restoreId, mode, rule },
    folder: place.kind === 'folder' ? place.path.toString('base64') : null,
    isStripped: place.kind === 'folder' && place.isStripped,
    version: { id: snapshot, job, receivedAt: formatTime(versionAt) },
    items: items.map((item) => item.toString('base64')),
    absent: absent.map((item) => item.toString('base64')),
    lost: lost.map((item) => item.toString('base64')),
  }
}
