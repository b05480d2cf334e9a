/** The customer's recovery kit, for its owners. */

import { recoveryKitPage } from '../../views/pages/recovery-kit.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { recoveryKitPath } from '../http/page-paths.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import { requireRecentProof } from '../sessions/recent-proof.ts'
import { answerKit, kitFormSchema } from './kit-answer.ts'
import type { RecoveryKits } from './recovery-kits-service.ts'

export function recoveryKitRoutes(options: {
  readonly recoveryKits: RecoveryKits
  readonly customers: CustomersService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { recoveryKits, customers, clientOf, pageContext } = options
  const routes = newRoutes()

  const open = async (c: AppContext) => {
    const customerId = c.req.param('customerId') ?? ''
    if (!isId('cus', customerId)) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'recovery-kit:print', customerId)
    return openAccountOf(c, customers, customerId)
  }

  routes.get('/customers/:customerId/recovery-kit', async (c) => {
    const { customer, viewer } = await open(c)
    return c.html(
      await recoveryKitPage({
        ...pageContext(c),
        viewer,
        path: recoveryKitPath(customer.customerId),
        printedAtMs: customer.kitPrintedAt,
        isFirst: c.req.query('first') !== undefined,
      }),
    )
  })
  routes.post('/customers/:customerId/recovery-kit', async (c) => {
    const { customer, viewer } = await open(c)
    requireRecentProof(c)
    const { format } = await readForm(c, kitFormSchema)
    const kit = await recoveryKits.ofCustomer(customer, actingAsUser(c, clientOf))
    return answerKit(c, kit, { format, page: pageContext(c), viewer, backPath: recoveryKitPath(customer.customerId) })
  })
  return routes
}
