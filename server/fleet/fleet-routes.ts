/** The page of all computers, and the same as a file. */
import { fleetPage } from '../../views/pages/fleet.ts'
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import type { ProgressService } from '../progress/progress-service.ts'
import { everyComputer, type FleetFilter, fleetPageSize, maxSearchCharacters } from './fleet.ts'
import { fleetFile } from './fleet-file.ts'
import { choicesOf, columnsOf, pagerOf, rowsOf, sparkDayStarts, sumsOf, tabsOf } from './fleet-props.ts'
import { fleetPath, fleetRoot, offsetOf, parseFleetQuery } from './fleet-query.ts'

import type { FleetService } from './fleet-service.ts'
import { listRunning } from './running-props.ts'

const addComputerPath = '/accounts?to=add-computer'
const filePath = `${fleetRoot}/computers.csv`

export function fleetRoutes(options: {
  readonly fleet: FleetService
  readonly progress: Pick<ProgressService, 'find'>
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { fleet, pageContext } = options
  const routes = newRoutes()

  routes.get('/fleet', async (c) => {
    const page = pageContext(c)
    const { reader } = page
    const asked = parseFleetQuery(c.req.query())
    const { filter, order } = asked
    const [counts, countsNarrowed, choices, running, computers] = await Promise.all([
      fleet.count(everyComputer),
      isNarrowed(filter) ? fleet.count(filter) : undefined,
      fleet.listChoices(),
      listRunning(options),
      fleet.list({ filter, order, offset: offsetOf(asked), limit: fleetPageSize }),
    ])
    const narrowed = countsNarrowed ?? counts
    const deviceIds = computers.map(({ deviceId }) => deviceId)
    const days = await fleet.listDays({ deviceIds, dayStartsMs: sparkDayStarts(reader) })
    const total = filter.kind === undefined ? narrowed.all : narrowed.of[filter.kind]
    return c.html(
      await fleetPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        sums: sumsOf(counts),
        tabs: tabsOf(asked, narrowed),
        search: filter.search,
        state: filter.kind,
        ...choicesOf(asked, choices),
        columns: columnsOf(asked),
        rows: rowsOf(reader, computers, days),
        pager: pagerOf(reader, asked, { total, shown: computers.length }),
        running,
        runningCount: counts.of.running,
        exportPath: fleetPath(asked, {}, filePath),
        addPath: mayAdd(c) ? addComputerPath : undefined,
        maxSearchCharacters,
      }),
    )
  })

  routes.get('/fleet/computers.csv', async (c) => {
    const { filter, order } = parseFleetQuery(c.req.query())
    const text = fleetFile(await fleet.listAll(filter, order))
    c.header('content-type', 'text/csv; charset=utf-8')
    c.header('content-disposition', 'attachment; filename="computers.csv"')
    return c.body(text)
  })
  return routes
}

/** By more than a state, which is what the counts tell apart. */
function isNarrowed({ customerId, planId, search }: FleetFilter): boolean {
  return customerId !== undefined || planId !== undefined || search !== ''
}

function mayAdd(c: AppContext): boolean {
  const reach = c.var.access.customersWith('devices:add')
  return reach === 'all' || reach.length > 0
}
