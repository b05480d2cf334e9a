/** Activity: what ran when, each run, and what is accepted of its left-out files. */
import { z } from 'zod'
import { FormatError, type SnapshotBody, textOfBytes } from '../../engine/index.ts'
import { nameText } from '../../views/format/name-text.ts'
import { activityPage, type RunRow } from '../../views/pages/activity.ts'
import { runPage } from '../../views/pages/run.ts'
import type { PagerProps } from '../../views/partials/pager.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccount, openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { localPathOr } from '../http/local-path.ts'
import { newRoutes } from '../http/new-routes.ts'
import { activityPath, browsePath, computerPath, restoresPath, runPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import type { OrdersService } from '../orders/orders-service.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { streamRunning } from '../progress/running-stream.ts'
import { workProps } from '../progress/work-props.ts'
import type { RestoreOrdersService } from '../restore-orders/restore-orders-service.ts'
import { restoreEntry } from '../restore-orders/restore-props.ts'
import type { RunReportsService } from '../runs/run-reports-service.ts'
import { type Id, isId } from '../runtime/ids.ts'
import { knownTest, SkipError } from '../skips/accepted-skip.ts'
import type { SkipsService } from '../skips/skips-service.ts'
import type { ReadSnapshotBody } from '../snapshots/snapshot-bodies.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'
import { hideLog } from '../text/hide-log.ts'
import { hidePaths } from '../text/hide-paths.ts'
import { findRunCursor, type RunFilter, type RunRecord, runCursorText, runFilters } from './activity.ts'
import type { ActivityService } from './activity-service.ts'
import { leadOf, saysOf, stateOf, wordsOf } from './run-words.ts'

const runsPerPage = 50
const leftOutShown = 500
const restoresShown = 3
const maxComputersListed = 500

const acceptSchema = z.object({
  pattern: z.string().max(1024).default(''),
  reason: z.string().max(2000),
})

type SkippedOfRun = { readonly list?: SnapshotBody['skipped']; readonly isUnreadable?: boolean }
/** There is no list, and none is missed. */
const nothing: SkippedOfRun = {}

export function activityPagesRoutes(options: {
  readonly customers: CustomersService
  readonly devices: DevicesService
  readonly snapshots: Pick<SnapshotsService, 'findByIds'>
  readonly activity: ActivityService
  readonly runReports: RunReportsService
  readonly skips: SkipsService
  readonly orders: OrdersService
  readonly progress: ProgressService
  readonly restoreOrders: Pick<RestoreOrdersService, 'list'>
  readonly readSnapshotBody: ReadSnapshotBody
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, devices, activity, runReports, skips, progress, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/activity', async (c) => {
    const page = pageContext(c)
    const { customer, viewer } = await openAccount(c, customers)
    const { customerId } = customer
    const mayRead = c.var.access.may('files:read', customerId)
    const filter = filterOf(c, page.reader.timeZone)
    const after = findRunCursor(c.req.query('after') ?? '')
    const asked = { reach: [customerId], ...filter.asked, after, limit: runsPerPage + 1 }
    const [found, computers] = await Promise.all([
      activity.list(asked),
      devices.list({ reach: [customerId], afterNumber: 0, limit: maxComputersListed }),
    ])
    const runs = found.slice(0, runsPerPage)
    return c.html(
      await activityPage({
        ...page,
        viewer,
        runs: runs.map((run) => rowOf(run, mayRead)),
        computers: computers.map(({ deviceId, name }) => ({ id: deviceId, name })),
        filter: filter.shown,
        work: await workProps(c, options, { customerId, path: activityPath }),
        ...(after === undefined ? { restores: await restoresOf(customerId, c.var.access.may('restores:read', customerId)) } : {}),
        pager: pagerOf(filter.query, runs, { hasMore: found.length > runsPerPage, isFirst: after === undefined }),
      }),
    )
  })

  routes.get('/activity/running', async (c) => {
    const computer = c.req.query('computer')
    const device = computer !== undefined && isId('dev', computer) ? await devices.find(computer) : undefined
    if (computer !== undefined && device === undefined) throw new Problem('HF-NOT-FOUND')
    const customerId = device?.customerId ?? (await openAccount(c, customers)).customer.customerId
    if (!c.var.access.may('runs:read', customerId)) throw new Problem('HF-NOT-FOUND')
    const path = localPathOr(c.req.query('page'), activityPath)
    return streamRunning(c, progress, { customerId, deviceId: device?.deviceId, path, reader: () => pageContext(c).reader })
  })

  routes.get('/activity/:runId', async (c) => c.html(await show(c, await getRun(c))))

  routes.post('/activity/:runId/accept', async (c) => {
    const run = await getRun(c)
    requireIn(c, 'runs:accept', run.customerId)
    // First, as it reads several fields of one name, and the body is taken apart once.
    const chosen = await chosenPaths(c, run)
    const { pattern, reason } = await readForm(c, acceptSchema)
    const { customerId, deviceId, job } = run
    try {
      if (chosen.length === 0 && pattern.trim() === '') throw new SkipError('invalid', 'Choose files above, or give a pattern.')
      for (const one of chosen.length > 0 ? chosen : [pattern])
        await skips.accept({ customerId, deviceId, job, pattern: one, reason }, actingAsUser(c, clientOf))
    } catch (error) {
      if (!(error instanceof SkipError) || error.fault === 'not-found') throw error
      return c.html(await show(c, run, { pattern, reason, words: error.message }), 422)
    }
    return c.redirect(runPath(run.runId), 303)
  })

  routes.post('/activity/:runId/accepted/:skipId/revoke', async (c) => {
    const run = await getRun(c)
    requireIn(c, 'runs:accept', run.customerId)
    const skipId = c.req.param('skipId')
    const skip = isId('skp', skipId) ? await skips.find(skipId) : undefined
    if (skip === undefined || skip.deviceId !== run.deviceId) throw new Problem('HF-NOT-FOUND')
    await skips.revoke(skip.skipId, actingAsUser(c, clientOf))
    return c.redirect(runPath(run.runId), 303)
  })

  async function restoresOf(customerId: Id<'cus'>, mayRead: boolean) {
    const found = await options.restoreOrders.list({ customerIds: [customerId], before: undefined, limit: restoresShown })
    const names = await devices.listNames([...new Set(found.map(({ deviceId }) => deviceId))])
    return { newest: found.map((restore) => restoreEntry(restore, names, mayRead)), path: mayRead ? restoresPath : undefined }
  }

  async function getRun(c: AppContext): Promise<RunRecord> {
    const id = c.req.param('runId') ?? ''
    const run = isId('run', id) ? await activity.find(id) : undefined
    if (run === undefined) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'runs:read', run.customerId)
    return run
  }

  /** By their place in the list: a name that no form can carry is accepted all the same. */
  async function chosenPaths(c: AppContext, run: RunRecord): Promise<readonly string[]> {
    const body = await c.req.parseBody({ all: true })
    const places = [body.path ?? []].flat().map(Number)
    const { list = [] } = await readSkipped(run)
    return places.flatMap((place) => (list[place] === undefined ? [] : [textOfBytes(list[place].path)]))
  }

  /** A version that cannot be read takes nothing else of its run's page with it. */
  async function readSkipped(run: RunRecord): Promise<SkippedOfRun> {
    if (run.version === undefined || run.skipped === 0) return nothing
    const [version] = await options.snapshots.findByIds([run.version])
    if (version === undefined) return nothing
    try {
      return { list: (await options.readSnapshotBody(version)).skipped }
    } catch (error) {
      if (error instanceof FormatError || hasCode(error, ['ENOENT', 'EIO'])) return { isUnreadable: true }
      throw error
    }
  }

  async function show(
    c: AppContext,
    run: RunRecord,
    acceptProblem?: { readonly pattern: string; readonly reason: string; readonly words: string },
  ) {
    const { customerId, deviceId, job, runId } = run
    const { viewer } = await openAccountOf(c, customers, customerId)
    const { access } = c.var
    const mayRead = access.may('files:read', customerId)
    const mayAccept = access.may('runs:accept', customerId)
    const words = (text: string) => (mayRead ? text : hidePaths(text))
    const [report, log, accepted, leftOut] = await Promise.all([
      runReports.find(runId),
      runReports.readLog(runId),
      mayRead ? skips.list({ deviceId, job }) : [],
      mayRead ? readSkipped(run) : nothing,
    ])
    const isKnown = knownTest(accepted)
    const { list: skipped } = leftOut
    const path = runPath(runId)
    return runPage({
      ...pageContext(c),
      viewer,
      computer: run.computer,
      computerPath: computerPath(deviceId),
      job,
      state: stateOf(run),
      says: saysOf(run),
      lead: leadOf(run),
      cause: report?.cause,
      startedAtMs: run.startedAt,
      endedAtMs: run.endedAt,
      files: run.files,
      sourceBytes: run.sourceBytes,
      newBytes: run.addedBytes,
      skipped: run.skipped,
      knownSkips: run.knownSkips,
      failure:
        run.code === undefined
          ? undefined
          : { code: run.code, words: words(run.detail ?? ''), manualPath: `/docs/errors/${run.code}` },
      attempts: (report?.attempts ?? []).map(({ startedAt, endedAt, code, detail }) => ({
        startedAtMs: startedAt,
        endedAtMs: endedAt,
        code,
        words: words(detail ?? ''),
      })),
      versionPath: mayRead && run.version !== undefined ? browsePath(run.version) : undefined,
      leftOut: skipped
        ?.slice(0, leftOutShown)
        .map(({ path: file, reason, detail }) => ({ path: nameText(file), reason, detail, isKnown: isKnown(file) })),
      whyNoList: whyNoList(run, { ...leftOut, mayRead }),
      accepted: accepted.map((skip) => ({
        pattern: skip.pattern.toWellFormed(),
        reason: skip.reason,
        acceptedBy: skip.acceptedBy,
        acceptedAtMs: skip.acceptedAt,
        revokePath: mayAccept ? `${path}/accepted/${skip.skipId}/revoke` : undefined,
      })),
      acceptPath: mayAccept && skipped !== undefined ? `${path}/accept` : undefined,
      acceptProblem,
      log: log === undefined || mayRead ? log : hideLog(log),
      logIsHidden: log !== undefined && !mayRead,
      work: await workProps(c, options, { customerId, deviceId, path }),
    })
  }

  return routes
}

function whyNoList(
  run: RunRecord,
  { mayRead, list, isUnreadable = false }: SkippedOfRun & { readonly mayRead: boolean },
): string | undefined {
  if (run.skipped === 0 || list !== undefined) return undefined
  if (isUnreadable)
    return 'The list stands in the file of this version, and that is damaged or missing on the disk of the box. “Check” under Storage, or whoever runs the box, tells what else it hits and mends it.'
  return mayRead
    ? 'The list went with the version of this backup, which is not kept any more.'
    : 'Their names belong to the account; its own people see them here.'
}

function rowOf(run: RunRecord, mayRead: boolean): RunRow {
  return {
    path: runPath(run.runId),
    computer: run.computer,
    job: run.job,
    state: stateOf(run),
    words: wordsOf(run, mayRead),
    startedAtMs: run.startedAt,
    tookMs: run.endedAt === undefined ? undefined : Math.max(0, run.endedAt - run.startedAt),
    files: run.files,
    newBytes: run.addedBytes,
  }
}

function filterOf(c: AppContext, timeZone: string) {
  const computer = c.req.query('computer')
  const deviceId = computer !== undefined && isId('dev', computer) ? computer : undefined
  const filter = runFilters.find((known): known is RunFilter => known === c.req.query('state'))
  const day = dayAsked(c.req.query('day'))
  const span = day && {
    fromMs: day.toZonedDateTime(timeZone).epochMilliseconds,
    untilMs: day.add({ days: 1 }).toZonedDateTime(timeZone).epochMilliseconds,
  }
  const shown = { computer: deviceId as string | undefined, state: filter as string | undefined, day: day?.toString() }
  const query = new URLSearchParams(
    Object.entries(shown).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
  return { asked: { deviceId, filter, span }, shown, query }
}

function dayAsked(text: string | undefined): Temporal.PlainDate | undefined {
  if (text === undefined || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return undefined
  try {
    return Temporal.PlainDate.from(text)
  } catch {
    return undefined
  }
}

function pagerOf(
  query: URLSearchParams,
  runs: readonly RunRecord[],
  { hasMore, isFirst }: { readonly hasMore: boolean; readonly isFirst: boolean },
): PagerProps {
  const last = runs.at(-1)
  const pathWith = (more: Readonly<Record<string, string>>) => {
    const text = new URLSearchParams([...query, ...Object.entries(more)]).toString()
    return text === '' ? activityPath : `${activityPath}?${text}`
  }
  return {
    words: isFirst ? 'The newest' : 'Older ones',
    ...(isFirst ? {} : { back: pathWith({}) }),
    ...(hasMore && last !== undefined ? { next: pathWith({ after: runCursorText(last) }) } : {}),
    backWord: 'Newest',
    nextWord: 'Older',
  }
}
