/** A computer's jobs as a page: seen, edited, and the choice where both sides were edited. */
import { z } from 'zod'
import { type JobProps, type JobsPageProps, jobsPage } from '../../views/pages/computer-jobs.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Device } from '../devices/device.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { computerPath, jobsPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { OrderedJob } from '../orders/order.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import { isId } from '../runtime/ids.ts'
import { hidePaths } from '../text/hide-paths.ts'
import { JobsError, type JobsOfComputer } from './jobs-edit.ts'
import type { ToldJobsService } from './told-jobs-service.ts'

const steps = ['save', 'remove', 'add', 'keep-theirs', 'use-mine'] as const
const longText = z.string().max(512 * 1024)
const formSchema = z.object({
  step: z.enum(steps),
  revision: z.string().max(64),
  job: z.string().max(100).optional(),
  name: z.string().max(100).optional(),
  sources: longText.optional(),
  excludes: longText.optional(),
  schedules: longText.optional(),
  paused: z.string().max(8).optional(),
})
type Typed = z.output<typeof formSchema>

export function jobsPagesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: Pick<DevicesService, 'find'>
  readonly toldJobs: ToldJobsService
  readonly orders: Pick<OrdersService, 'isListening'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, toldJobs, orders, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/computers/:deviceId/jobs', async (c) => c.html(await show(c, await getDevice(c))))

  routes.post('/computers/:deviceId/jobs', async (c) => {
    const device = await getDevice(c)
    requireIn(c, 'devices:write', device.customerId)
    const typed = await readForm(c, formSchema)
    const { deviceId } = device
    const found = await getJobs(device)
    const mayReadPaths = c.var.access.may('files:read', device.customerId)
    // Without seeing the paths, only times can be changed.
    if (!mayReadPaths && typed.step !== 'save') throw new Problem('HF-FORBIDDEN')
    if (typed.step === 'keep-theirs') {
      await toldJobs.dismissConflict(deviceId)
      return c.redirect(jobsPath(deviceId), 303)
    }
    const jobs = typed.step === 'use-mine' ? (found.conflict?.jobs ?? []) : editedJobs(found, typed, mayReadPaths)
    try {
      await toldJobs.edit(deviceId, { baseRevision: typed.revision, jobs }, actingAsUser(c, clientOf))
    } catch (error) {
      if (!(error instanceof JobsError)) throw error
      const job = { ...emptyProps(typed), ...typedProps(typed, mayReadPaths) }
      return c.html(await show(c, device, { words: error.message, job, isNew: typed.step === 'add' }), 422)
    }
    return c.redirect(jobsPath(deviceId), 303)
  })

  async function getDevice(c: AppContext): Promise<Device> {
    const id = c.req.param('deviceId') ?? ''
    const device = isId('dev', id) ? await devices.find(id) : undefined
    if (device === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'devices:read', device.customerId)
    return device
  }

  async function getJobs({ deviceId }: Device): Promise<JobsOfComputer> {
    const found = await toldJobs.read(deviceId)
    if (found === undefined) throw new Problem('HF-JOBS-NOT-TOLD')
    return found
  }

  async function show(c: AppContext, device: Device, problem?: JobsPageProps['problem']) {
    const { deviceId, customerId, name } = device
    const found = await getJobs(device)
    const { told, waiting, conflict, failed } = found
    const { viewer } = await openAccountOf(c, customers, customerId)
    const mayReadPaths = c.var.access.may('files:read', customerId)
    const props = (jobs: readonly OrderedJob[]) => jobs.map((job) => jobProps(job, found, mayReadPaths))
    return jobsPage({
      ...pageContext(c),
      viewer,
      computer: { name, path: computerPath(deviceId) },
      path: jobsPath(deviceId),
      revision: told.revision,
      timeZone: told.timeZone,
      toldAtMs: told.toldAt,
      keepsSchedule: told.keepsSchedule,
      jobs: props(shownJobs(found)),
      waiting: waiting && {
        givenAtMs: waiting.order.givenAt,
        givenBy: waiting.order.givenBy,
        isListening: orders.isListening(deviceId),
      },
      conflict: conflict && { givenAtMs: conflict.order.givenAt, givenBy: conflict.order.givenBy, jobs: props(conflict.jobs) },
      failed: failed && {
        atMs: failed.endedAt ?? failed.givenAt,
        words: mayReadPaths ? (failed.detail ?? '') : hidePaths(failed.detail ?? ''),
      },
      mayEdit: c.var.access.may('devices:write', customerId),
      mayReadPaths,
      problem,
    })
  }

  return routes
}

/** An edit that waits is what people see, and what the next edit is made on. */
function shownJobs({ told, waiting }: JobsOfComputer): readonly OrderedJob[] {
  return (
    waiting?.jobs ??
    told.jobs.map(({ name, sources, excludes, schedules, isPaused }) => ({ name, sources, excludes, schedules, isPaused }))
  )
}

function editedJobs(found: JobsOfComputer, typed: Typed, mayReadPaths: boolean): readonly OrderedJob[] {
  const now = shownJobs(found)
  if (typed.step === 'add') {
    const added = {
      name: typed.name ?? '',
      sources: linesOf(typed.sources),
      excludes: [],
      schedules: linesOf(typed.schedules),
      isPaused: false,
    }
    return [...now, added]
  }
  if (typed.step === 'remove') return now.filter(({ name }) => name !== typed.job)
  return now.map((job) => {
    if (job.name !== typed.job) return job
    const times = { schedules: linesOf(typed.schedules), isPaused: typed.paused === 'yes' }
    if (!mayReadPaths) return { ...job, ...times }
    return {
      ...job,
      ...times,
      sources: asKnown(linesOf(typed.sources), job.sources),
      excludes: asKnown(linesOf(typed.excludes), job.excludes),
    }
  })
}

/** A name that no page can show whole comes back as it was shown; it stays what it was. */
function asKnown(lines: readonly string[], known: readonly string[]): readonly string[] {
  return lines.map((line) => known.find((text) => text.toWellFormed() === line) ?? line)
}

function linesOf(text: string | undefined): readonly string[] {
  return (text ?? '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function jobProps(job: OrderedJob, { told }: JobsOfComputer, mayReadPaths: boolean): JobProps {
  const known = told.jobs.find(({ name }) => name === job.name)
  return {
    name: job.name,
    sources: mayReadPaths ? job.sources.map((source) => source.toWellFormed()) : undefined,
    excludes: mayReadPaths ? job.excludes : undefined,
    sourceCount: job.sources.length,
    excludeCount: job.excludes.length,
    schedules: job.schedules,
    isPaused: job.isPaused,
    keep: known?.keep,
    nextAtMs: known?.nextAt,
  }
}

function emptyProps(typed: Typed): JobProps {
  const nothing = { sourceCount: 0, excludeCount: 0, keep: undefined, nextAtMs: undefined }
  return { ...nothing, name: typed.job ?? typed.name ?? '', sources: [], excludes: [], schedules: [], isPaused: false }
}

function typedProps(typed: Typed, mayReadPaths: boolean): Pick<JobProps, 'sources' | 'excludes' | 'schedules' | 'isPaused'> {
  return {
    sources: mayReadPaths ? linesOf(typed.sources) : undefined,
    excludes: mayReadPaths ? linesOf(typed.excludes) : undefined,
    schedules: linesOf(typed.schedules),
    isPaused: typed.paused === 'yes',
  }
}
