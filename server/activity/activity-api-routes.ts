/** Runs over the API: the list, each one, and the copy of its log. */
import { createRoute, z } from '@hono/zod-openapi'
import {
  bytesSchema,
  formatTime,
  idSchema,
  jsonContent,
  problemResponses,
  signedInOnly,
  timeSchema,
} from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import type { StoredReport } from '../runs/run-report.ts'
import type { RunReportsService } from '../runs/run-reports-service.ts'
import type { Id } from '../runtime/ids.ts'
import { hideLog } from '../text/hide-log.ts'
import { hidePaths } from '../text/hide-paths.ts'
import { findRunCursor, type RunRecord, runCursorText, runFilters } from './activity.ts'
import type { ActivityService } from './activity-service.ts'

const runSchema = z
  .object({
    id: z.string(),
    customerId: z.string(),
    deviceId: z.string(),
    computer: z.string(),
    job: z.string(),
    verdict: z.string().nullable().openapi({ description: 'As it was given; null while it runs.' }),
    standing: z.string().nullable().openapi({ description: '`ok` where all that was left out is known and accepted.' }),
    code: z.string().nullable(),
    detail: z.string().nullable(),
    versionId: z.string().nullable(),
    startedAt: timeSchema,
    endedAt: timeSchema.nullable(),
    files: z.int(),
    sourceBytes: bytesSchema,
    addedBytes: bytesSchema,
    skipped: z.int(),
    knownSkips: z.int(),
  })
  .openapi('Run')

const runWithReport = runSchema
  .extend({
    cause: z.string().nullable().openapi({ description: 'schedule, order or hand; null before the computer has told.' }),
    attempts: z.array(
      z.object({ startedAt: timeSchema, endedAt: timeSchema, code: z.string().nullable(), detail: z.string().nullable() }),
    ),
    hasLog: z.boolean(),
  })
  .openapi('RunWithReport')

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/runs',
  tags: ['Runs'],
  summary: 'Runs of the customers you may see, the newest first',
  ...signedInOnly,
  request: {
    query: pageQuerySchema.extend({
      customer: idSchema('cus').optional(),
      device: idSchema('dev').optional(),
      verdict: z.enum(runFilters).optional(),
    }),
  },
  responses: {
    200: { description: 'A page of runs', content: jsonContent(pageSchema(runSchema.extend({ cause: z.string().nullable() }))) },
    ...problemResponses,
  },
})

const params = z.object({ runId: idSchema('run') })

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/runs/{runId}',
  tags: ['Runs'],
  summary: 'One run, with each attempt',
  ...signedInOnly,
  request: { params },
  responses: { 200: { description: 'The run', content: jsonContent(runWithReport) }, ...problemResponses },
})

const logRoute = createRoute({
  method: 'get',
  path: '/api/v1/runs/{runId}/log',
  tags: ['Runs'],
  summary: 'The log of a run as its computer wrote it; without names of files for staff',
  ...signedInOnly,
  request: { params },
  responses: { 200: { description: 'The log', content: { 'text/plain': { schema: z.string() } } }, ...problemResponses },
})

export function activityApiRoutes(services: { readonly activity: ActivityService; readonly runReports: RunReportsService }): App {
  const { activity, runReports } = services
  const routes = newRoutes()

  const getRun = async (c: AppContext, runId: Id<'run'>): Promise<RunRecord> => {
    const run = await activity.find(runId)
    if (run === undefined || !c.var.access.may('runs:read', run.customerId)) throw new Problem('HF-NOT-FOUND')
    return run
  }

  routes.openapi(listRoute, async (c) => {
    const query = c.req.valid('query')
    const { access } = c.var
    const { customer, device: deviceId, verdict: filter } = query
    if (customer !== undefined && !access.may('runs:read', customer)) throw new Problem('HF-NOT-FOUND')
    const reach = customer === undefined ? access.customersWith('runs:read') : [customer]
    const list = ({ after, limit }: { readonly after: string | undefined; readonly limit: number }) => {
      const cursor = after === undefined ? undefined : findRunCursor(after)
      if (after !== undefined && cursor === undefined)
        throw new Problem('HF-VALIDATION', { errors: [{ field: 'query.cursor', message: 'not a cursor of this list' }] })
      return activity.list({ reach, deviceId, filter, after: cursor, limit })
    }
    const page = await readPage(query, list, runCursorText)
    const reports = await runReports.findMany(page.items.map(({ runId }) => runId))
    const items = page.items.map((run) => ({ ...runBody(c, run), cause: reports.get(run.runId)?.cause ?? null }))
    return c.json({ items, nextCursor: page.nextCursor }, 200)
  })
  routes.openapi(getRoute, async (c) => {
    const run = await getRun(c, c.req.valid('param').runId)
    return c.json({ ...runBody(c, run), ...reportBody(c, run, await runReports.find(run.runId)) }, 200)
  })
  routes.openapi(logRoute, async (c) => {
    const run = await getRun(c, c.req.valid('param').runId)
    const log = await runReports.readLog(run.runId)
    if (log === undefined) throw new Problem('HF-NOT-FOUND')
    return c.text(mayRead(c, run) ? log : hideLog(log), 200)
  })
  return routes
}

function mayRead(c: AppContext, { customerId }: RunRecord): boolean {
  return c.var.access.may('files:read', customerId)
}

function runBody(c: AppContext, run: RunRecord): z.input<typeof runSchema> {
  const detail = run.detail ?? null
  return {
    id: run.runId,
    customerId: run.customerId,
    deviceId: run.deviceId,
    computer: run.computer,
    job: run.job,
    verdict: run.verdict ?? null,
    standing: run.standing ?? null,
    code: run.code ?? null,
    detail: detail === null || mayRead(c, run) ? detail : hidePaths(detail),
    versionId: run.version ?? null,
    startedAt: formatTime(run.startedAt),
    endedAt: run.endedAt === undefined ? null : formatTime(run.endedAt),
    files: run.files,
    sourceBytes: run.sourceBytes,
    addedBytes: run.addedBytes,
    skipped: run.skipped,
    knownSkips: run.knownSkips,
  }
}

function reportBody(c: AppContext, run: RunRecord, report: StoredReport | undefined) {
  const words = (detail: string | undefined) => (detail === undefined ? null : mayRead(c, run) ? detail : hidePaths(detail))
  return {
    cause: report?.cause ?? null,
    hasLog: report?.hasLog ?? false,
    attempts: (report?.attempts ?? []).map(({ startedAt, endedAt, code, detail }) => ({
      startedAt: formatTime(startedAt),
      endedAt: formatTime(endedAt),
      code: code ?? null,
      detail: words(detail),
    })),
  }
}
