/** The page Storage › Keys. */
import { keysPage } from '../../views/pages/keys.ts'
import type { PageContext } from '../../views/site.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { isId } from '../runtime/ids.ts'
import type { KeyCareService } from './key-care-service.ts'

const customersShown = 200
export const keysPath = '/storage/keys'

export function keyCarePagesRoutes(options: {
  readonly keyCare: KeyCareService
  readonly customers: CustomersService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { keyCare, customers, clientOf, pageContext } = options
  const routes = newRoutes()
  routes.get(keysPath, async (c) => {
    const page = pageContext(c)
    const all = await customers.list({ reach: 'all', afterNumber: 0, limit: customersShown })
    const changed = all.find(({ customerId }) => customerId === c.req.query('changed'))
    return c.html(
      await keysPage({
        ...page,
        viewer: staffViewer(c, page.site.host),
        isOrdered: keyCare.isBoxKeyOrdered(),
        changed: changed?.name,
        customers: all.map(({ customerId, number, name }) => ({ id: customerId, number: formatCustomerNumber(number), name })),
      }),
    )
  })
  routes.post('/storage/keys/box', async (c) => {
    await keyCare.orderBoxKey(actingAsUser(c, clientOf))
    return c.redirect(keysPath, 303)
  })
  routes.post('/storage/keys/customers/:customerId', async (c) => {
    const customerId = c.req.param('customerId')
    if (!isId('cus', customerId)) throw new Problem('HF-NOT-FOUND')
    await keyCare.rotateEpoch(customerId, actingAsUser(c, clientOf))
    return c.redirect(`${keysPath}?changed=${customerId}`, 303)
  })
  return routes
}
