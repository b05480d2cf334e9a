/** How much of each plan of the account was used, day by day, and when it will be full. */
import { usagePage } from '../../views/pages/usage.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccount } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { quotaOutlook } from './quota-outlook.ts'
import type { UsageService } from './usage-service.ts'

const daysShown = 60
/** More plans than this stand on no page of one customer. */
const plansShown = 20
const dayMs = 24 * 60 * 60 * 1000

export function usageRoutes(options: {
  readonly customers: CustomersService
  readonly subscriptions: Pick<SubscriptionsService, 'listOfCustomer'>
  readonly devices: Pick<DevicesService, 'usedBytes'>
  readonly usage: Pick<UsageService, 'listDays'>
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, subscriptions, devices, usage, pageContext } = options
  const routes = newRoutes()
  routes.get('/account/usage', async (c) => {
    const page = pageContext(c)
    const { viewer, customer } = await openAccount(c, customers)
    const listed = (await subscriptions.listOfCustomer(customer.customerId)).slice(0, plansShown)
    const plans = await Promise.all(
      listed.map(async ({ subscriptionId, planName, quotaBytes }) => {
        const [usedBytes, days] = await Promise.all([
          devices.usedBytes(subscriptionId),
          usage.listDays(subscriptionId, daysShown),
        ])
        return {
          name: planName,
          usedBytes,
          quotaBytes,
          days: days.map(({ day, usedBytes: bytes }) => ({ atMs: day * dayMs, bytes })),
          outlook: quotaOutlook(days, { usedBytes, quotaBytes, nowMs: page.reader.nowMs }),
        }
      }),
    )
    return c.html(await usagePage({ ...page, viewer, plans }))
  })
  return routes
}
