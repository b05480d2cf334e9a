/** The page Alerts: what waits for somebody, and what is over. */
import { type AlertRow, alertsPage } from '../../views/pages/alerts.ts'
import type { PageContext } from '../../views/site.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { type Alarm, byUrgency } from './alarm.ts'
import { alarmProps } from './alarm-props.ts'
import type { AlarmsService } from './alarms-service.ts'

const openShown = 100

export function alarmsPageRoutes(options: {
  readonly alarms: AlarmsService
  readonly customers: CustomersService
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { alarms, customers, pageContext } = options
  const routes = newRoutes()

  const rowOf = async (alarm: Alarm): Promise<AlertRow> => {
    const customer = alarm.customerId && (await customers.find(alarm.customerId))
    const named = customer && `${customer.name} (${formatCustomerNumber(customer.number)})`
    return { ...alarmProps(alarm), subject: alarm.subject, times: alarm.times, customer: named }
  }

  routes.get('/alerts', async (c) => {
    const page = pageContext(c)
    const open = await alarms.list({ reach: 'all', after: 0, limit: openShown + 1 })
    const settled = await alarms.listSettled('all')
    return c.html(
      await alertsPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        open: await Promise.all(open.slice(0, openShown).toSorted(byUrgency).map(rowOf)),
        hasMore: open.length > openShown,
        settled: await Promise.all(
          settled.map(async (alarm) => ({ ...(await rowOf(alarm)), settledAtMs: alarm.settledAt ?? alarm.lastAt })),
        ),
      }),
    )
  })
  return routes
}
