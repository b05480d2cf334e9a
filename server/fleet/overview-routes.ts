/** The page staff begin with: how all computers stand, and what needs somebody. */
import { type NeedProps, overviewPage } from '../../views/pages/overview.ts'
import type { PageContext } from '../../views/site.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { ChoresService } from '../chores/chores-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { customerPath } from '../http/page-paths.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import type { OutboxService } from '../outbox/outbox-service.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { diskProps } from '../storage-volumes/disk-props.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { FleetCounts } from './fleet.ts'
import { sumsOf } from './fleet-props.ts'
import type { FleetService } from './fleet-service.ts'
import type { OverviewService } from './overview-service.ts'
import { listRunning } from './running-props.ts'

/** More open alarms than this are `many`. */
const alarmsCounted = 100

export function overviewRoutes(options: {
  readonly fleet: FleetService
  readonly overview: OverviewService
  readonly progress: Pick<ProgressService, 'find'>
  readonly alarms: Pick<AlarmsService, 'list'>
  readonly chores: Pick<ChoresService, 'list'>
  readonly outbox: Pick<OutboxService, 'counts'>
  readonly volumes: Pick<StorageVolumesService, 'list'>
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { fleet, overview, alarms, chores, outbox, volumes, pageContext } = options
  const routes = newRoutes()

  routes.get('/overview', async (c) => {
    const page = pageContext(c)
    const viewer = staffViewer(c, page.site.host)
    const isAdministrator = viewer.staff === 'administrator'
    const [counts, tight, ending, running] = await Promise.all([
      fleet.count(),
      overview.listTight(),
      overview.listEnding(),
      listRunning(options),
    ])
    return c.html(
      await overviewPage({
        ...page,
        viewer,
        sums: sumsOf(counts),
        needs: [...computerNeeds(counts), ...(isAdministrator ? await boxNeeds() : [])],
        tight: tight.map(({ customerId, ...plan }) => ({ ...plan, path: customerPath(customerId) })),
        ending: ending.map(({ customerId, validUntil, ...plan }) => {
          return { ...plan, path: customerPath(customerId), untilMs: validUntil }
        }),
        running,
        runningCount: counts.of.running,
        disks: isAdministrator ? (await volumes.list()).map(diskProps) : [],
      }),
    )
  })

  async function boxNeeds(): Promise<readonly NeedProps[]> {
    const [open, views, letters] = await Promise.all([
      alarms.list({ reach: 'all', after: 0, limit: alarmsCounted }),
      chores.list(),
      outbox.counts(),
    ])
    const failed = views.filter(({ state }) => state.outcome === 'failed')
    return [
      ...need(open.length, { state: 'failed', one: 'alert is open', many: 'alerts are open', path: '/alerts' }),
      ...need(failed.length, { state: 'failed', one: 'job of the box failed', many: 'jobs of the box failed', path: '/jobs' }),
      ...need(letters['given-up'], {
        state: 'partial',
        one: 'letter could not be sent',
        many: 'letters could not be sent',
        path: '/settings/letters',
      }),
    ]
  }
  return routes
}

function computerNeeds({ of }: FleetCounts): readonly NeedProps[] {
  const path = (state: string) => `/fleet?state=${state}`
  return [
    ...need(of.failed, { state: 'failed', one: 'computer failed', many: 'computers failed', path: path('failed') }),
    ...need(of.silent, {
      state: 'silent',
      one: 'computer has gone silent',
      many: 'computers have gone silent',
      path: path('silent'),
    }),
    ...need(of.partial, {
      state: 'partial',
      one: 'computer was backed up only partly',
      many: 'computers were backed up only partly',
      path: path('partial'),
    }),
    ...need(of.none, {
      state: 'none',
      one: 'computer has no backup yet',
      many: 'computers have no backup yet',
      path: path('none'),
    }),
  ]
}

function need(
  count: number,
  { one, many, ...rest }: Pick<NeedProps, 'state' | 'path'> & { readonly one: string; readonly many: string },
): readonly NeedProps[] {
  return count === 0 ? [] : [{ ...rest, count, words: count === 1 ? one : many }]
}
