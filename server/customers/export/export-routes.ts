/** Exports for administrators, of any customer, and for owners, of their own. */
import type { PageContext } from '../../../views/site.ts'
import { openAccount } from '../../accounts/account.ts'
import { actingAsUser } from '../../http/acting-as-user.ts'
import type { App, AppContext } from '../../http/app-environment.ts'
import { requireIn } from '../../http/authorisation.ts'
import type { ClientOf } from '../../http/client.ts'
import { newRoutes } from '../../http/new-routes.ts'
import { userOf } from '../../http/principal.ts'
import { Problem } from '../../http/problem.ts'
import { sendBytes } from '../../restores/send-bytes.ts'
import { createSlots } from '../../restores/slots.ts'
import { isId } from '../../runtime/ids.ts'
import type { Log } from '../../runtime/log.ts'
import { type Customer, formatCustomerNumber } from '../customer.ts'
import type { CustomersService } from '../customers-service.ts'
import type { ExportService } from './export-service.ts'

const maxExportsAtOnce = 4

export function exportRoutes(options: {
  readonly customers: CustomersService
  readonly customerExport: ExportService
  readonly clientOf: ClientOf
  readonly log: Log
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, customerExport, clientOf, log, pageContext } = options
  const slots = createSlots(maxExportsAtOnce)
  const routes = newRoutes()

  const send = async (c: AppContext, customer: Customer) => {
    const { site, reader } = pageContext(c)
    const memberships = userOf(c.var.access.principal)?.memberships ?? []
    const isForOwner = memberships.some(({ customerId, role }) => customerId === customer.customerId && role === 'owner')
    const name = `${formatCustomerNumber(customer.number)}-${new Date(reader.nowMs).toISOString().slice(0, 10)}.zip`
    const headers = {
      'content-type': 'application/zip',
      'content-disposition': `attachment; filename="${name}"`,
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; sandbox",
    }
    using slot = slots.take()
    if (slot === undefined) throw new Problem('HF-BUSY', { headers: { 'retry-after': '10' } })
    const how = { isForOwner, host: site.host, timeZone: reader.timeZone }
    const body = await customerExport.make(customer, how, actingAsUser(c, clientOf))
    return await sendBytes(c, { status: 200, headers, body, log })
  }

  routes.get('/customers/:customerId/export', async (c) => {
    const customerId = c.req.param('customerId')
    if (!isId('cus', customerId)) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'account:export', customerId)
    const customer = await customers.find(customerId)
    if (customer === undefined) throw new Problem('HF-NOT-FOUND')
    return send(c, customer)
  })
  routes.get('/account/export', async (c) => {
    const { customer } = await openAccount(c, customers)
    if (!c.var.access.may('account:export', customer.customerId)) throw new Problem('HF-FORBIDDEN')
    return send(c, customer)
  })
  return routes
}
