/** The page Alerts: what waits for somebody, and what is over. */
import { type AlertRow, type AlertsFilterProps, alertsPage } from '../../views/pages/alerts.ts'
import type { PageContext } from '../../views/site.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { type Alarm, type AlarmFilter, byUrgency } from './alarm.ts'
import { alarmSeverities } from './alarm-catalogue.ts'
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

  const rowsOf = async (found: readonly Alarm[]): Promise<readonly AlertRow[]> => {
    const ids = new Set(found.flatMap(({ customerId }) => customerId ?? []))
    const names = new Map(
      (await customers.findByIds([...ids])).map(({ customerId, name, number }) => {
        return [customerId, `${name} (${formatCustomerNumber(number)})`]
      }),
    )
    return found.map((alarm) => {
      const customer = alarm.customerId && names.get(alarm.customerId)
      return { ...alarmProps(alarm), subject: alarm.subject, times: alarm.times, customer }
    })
  }

  const readFilter = async (c: AppContext): Promise<{ readonly filter: AlarmFilter; readonly shown: AlertsFilterProps }> => {
    const severity = alarmSeverities.find((one) => one === c.req.query('severity'))
    const whose = c.req.query('whose')?.trim() ?? ''
    const some = severity === undefined ? {} : { severity }
    const shown = { severity, whose, problem: undefined }
    if (whose === '') return { filter: some, shown }
    if (whose === 'box' || whose === 'customers') return { filter: { ...some, whose }, shown }
    const customer = await customers.getNamed(whose).catch(() => undefined)
    if (customer === undefined)
      return { filter: some, shown: { ...shown, problem: 'There is no customer with this number or name.' } }
    return { filter: { ...some, whose: customer.customerId }, shown }
  }

  routes.get('/alerts', async (c) => {
    const page = pageContext(c)
    const asked = await readFilter(c)
    const open = await alarms.list({ reach: 'all', after: 0, limit: openShown + 1, filter: asked.filter })
    const settled = await alarms.listSettled('all', asked.filter)
    return c.html(
      await alertsPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        filter: asked.shown,
        open: await rowsOf(open.slice(0, openShown).toSorted(byUrgency)),
        hasMore: open.length > openShown,
        settled: (await rowsOf(settled)).map((row, index) => {
          const { settledAt, lastAt } = settled[index]!
          return { ...row, settledAtMs: settledAt ?? lastAt }
        }),
      }),
    )
  })
  return routes
}
