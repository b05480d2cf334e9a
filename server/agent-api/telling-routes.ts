/** What a computer tells of itself: its jobs, how far its backup is, how a run went. Nothing of it is believed beyond its own things. */
import { createRoute, z } from '@hono/zod-openapi'
import { askingDevice } from '../devices/asking-device.ts'
import { idSchema, jsonContent, problemResponses, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { maxJobNameCharacters } from '../jobs/job.ts'
import { backupPhases } from '../progress/progress.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { runVerdicts } from '../runs/run.ts'
import { findLogText, maxAttempts, maxLogBytes, type RunReport, runCauses } from '../runs/run-report.ts'
import type { RunReportsService } from '../runs/run-reports-service.ts'
import type { ToldJobsService } from '../told-jobs/told-jobs-service.ts'
import { agentsOnly, runKeySchema } from './sessions-routes.ts'

const maxPathCharacters = 32_768
const maxListed = 1000
const jobName = z.string().min(1).max(maxJobNameCharacters)
const code = z
  .string()
  .max(64)
  .regex(/^HF-[A-Z0-9-]+$/)
const detail = z.string().max(10_000)

const toldJob = z.object({
  name: jobName,
  sources: z.array(z.string().max(maxPathCharacters)).max(maxListed),
  excludes: z.array(z.string().max(maxPathCharacters)).max(maxListed),
  schedules: z.array(z.string().max(200)).max(100),
  keep: z.string().max(1000).nullish(),
  isPaused: z.boolean(),
  nextAt: timeSchema.nullish(),
})

const tellJobsBody = z.object({
  revision: z
    .string()
    .max(64)
    .regex(/^\d{1,15}-[0-9a-f]{16}$/),
  platform: z.string().max(32),
  timeZone: z.string().max(64).refine(isTimeZone, 'an IANA time zone'),
  keepsSchedule: z.boolean(),
  jobs: z.array(toldJob).max(maxListed),
})

const amount = z.int().min(0)
const progressBody = z.object({
  phase: z.enum(backupPhases),
  filesDone: amount,
  filesTotal: amount.nullish(),
  bytesDone: amount,
  bytesTotal: amount.nullish(),
  bytesPerSecond: amount,
  isEnded: z.boolean().default(false),
})

const attempt = z.object({ startedAt: timeSchema, endedAt: timeSchema, code: code.nullish(), detail: detail.nullish() })
const reportBody = z.object({
  job: jobName,
  cause: z.enum(runCauses),
  startedAt: timeSchema,
  endedAt: timeSchema,
  verdict: z.enum(runVerdicts),
  code: code.nullish(),
  detail: detail.nullish(),
  attempts: z.array(attempt).max(maxAttempts),
  sentBytes: amount.nullish(),
  log: z.base64().openapi({ description: `gzip, at most ${maxLogBytes} bytes` }),
})

const nothing = { 200: { description: 'Noted', content: jsonContent(z.object({})) }, ...problemResponses }
const bodyOf = <Schema extends z.ZodType>(schema: Schema) => ({ body: { content: jsonContent(schema), required: true as const } })

const tellJobsRoute = createRoute({
  method: 'put',
  path: '/api/agent/v1/jobs',
  summary: 'What this computer backs up, and when',
  ...agentsOnly,
  request: bodyOf(tellJobsBody),
  responses: nothing,
})

const openProgressRoute = createRoute({
  method: 'post',
  path: '/api/agent/v1/progress',
  summary: 'A ticket for telling how far a backup is',
  ...agentsOnly,
  request: bodyOf(z.object({ run: runKeySchema, job: jobName, restore: idSchema('rst').optional() })),
  responses: { 201: { description: 'The ticket', content: jsonContent(z.object({ ticket: z.string() })) }, ...problemResponses },
})

const progressRoute = createRoute({
  method: 'put',
  path: '/api/agent/v1/progress/{ticket}',
  summary: 'How far a backup is',
  description: 'The ticket is the right: about one a second comes from each running backup, and none of them asks the database.',
  tags: ['Agents'],
  request: { params: z.object({ ticket: z.string().max(64) }), ...bodyOf(progressBody) },
  responses: {
    200: { description: 'Whether it shall go on', content: jsonContent(z.object({ isCancelled: z.boolean() })) },
    ...problemResponses,
  },
})

const reportRoute = createRoute({
  method: 'put',
  path: '/api/agent/v1/runs/{runKey}',
  summary: 'How a run went, with its log',
  ...agentsOnly,
  request: { params: z.object({ runKey: runKeySchema }), ...bodyOf(reportBody) },
  responses: nothing,
})

export function agentTellingRoutes(services: {
  readonly toldJobs: ToldJobsService
  readonly progress: ProgressService
  readonly runReports: RunReportsService
}): App {
  const { toldJobs, progress, runReports } = services
  const routes = newRoutes()
  routes.openapi(tellJobsRoute, async (c) => {
    const { jobs, ...told } = c.req.valid('json')
    const read = jobs.map((job) => ({ ...job, keep: job.keep ?? undefined, nextAt: timeOf(job.nextAt) }))
    const times = read.flatMap(({ nextAt, isPaused }) => (isPaused ? [] : (nextAt ?? [])))
    const nextAt = times.length === 0 ? undefined : Math.min(...times)
    await toldJobs.tell(askingDevice(c), { ...told, jobs: read, nextAt })
    return c.json({}, 200)
  })
  routes.openapi(openProgressRoute, (c) => {
    const { run, job, restore } = c.req.valid('json')
    const ticket = progress.open(askingDevice(c), { key: run, job, restore })
    if (ticket === undefined) throw new Problem('HF-BUSY')
    return c.json({ ticket }, 201)
  })
  routes.openapi(progressRoute, (c) => {
    const { ticket } = c.req.valid('param')
    const { isEnded, filesTotal, bytesTotal, ...told } = c.req.valid('json')
    const answer = progress.tell(ticket, { ...told, filesTotal: filesTotal ?? undefined, bytesTotal: bytesTotal ?? undefined })
    if (answer === undefined) throw new Problem('HF-NOT-FOUND')
    if (isEnded) progress.end(ticket)
    return c.json(answer, 200)
  })
  routes.openapi(reportRoute, async (c) => {
    await runReports.receive(askingDevice(c), readReport(c.req.valid('param').runKey, c.req.valid('json')))
    return c.json({}, 200)
  })
  return routes
}

function readReport(key: RunReport['key'], body: z.output<typeof reportBody>): RunReport {
  const log = Buffer.from(body.log, 'base64')
  if (log.length > maxLogBytes || findLogText(log) === undefined)
    throw new Problem('HF-VALIDATION', { errors: [{ field: 'json.log', message: `gzip, at most ${maxLogBytes} bytes` }] })
  return {
    key,
    job: body.job,
    cause: body.cause,
    startedAt: Date.parse(body.startedAt),
    endedAt: Date.parse(body.endedAt),
    verdict: body.verdict,
    code: body.code ?? undefined,
    detail: body.detail ?? undefined,
    attempts: body.attempts.map((one) => ({
      startedAt: Date.parse(one.startedAt),
      endedAt: Date.parse(one.endedAt),
      code: one.code ?? undefined,
      detail: one.detail ?? undefined,
    })),
    sentBytes: body.sentBytes ?? undefined,
    log,
  }
}

function timeOf(text: string | null | undefined): number | undefined {
  return text === null || text === undefined ? undefined : Date.parse(text)
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
