/** Which account one stands in: the list of them, and the way in. */
import { z } from 'zod'
import { accountsPage } from '../../views/pages/accounts.ts'
import type { PageContext } from '../../views/site.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import { type CustomersOverviewService, maxSearchCharacters } from '../customers/customers-overview-service.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { idSchema } from '../http/api-schemas.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { userOf } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'
import { staffViewer } from '../http/staff-viewer.ts'
import { openAccount, roleWords } from './account.ts'
import type { AccountCookie } from './account-cookie.ts'

/** Staff look for the others by name or number. */
const accountsShown = 100

/** Where the way in leads: home, or at once to what brought one here. */
const ways = { '': '/', 'add-computer': '/computers/add' } as const
const wayNames = ['', 'add-computer'] as const satisfies readonly (keyof typeof ways)[]
const waySchema = z.enum(wayNames).catch('')
const enterFormSchema = z.object({ customer: idSchema('cus'), to: waySchema })

export function accountsRoutes(options: {
  readonly customers: CustomersService
  readonly customersOverview: Pick<CustomersOverviewService, 'find'>
  readonly accountCookie: AccountCookie
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, customersOverview, accountCookie, pageContext } = options
  const routes = newRoutes()

  routes.get('/accounts', async (c) => {
    const page = pageContext(c)
    const user = userOf(c.var.access.principal)
    if (user === undefined) throw new Problem('HF-SIGN-IN-NEEDED')
    const reach = c.var.access.customersWith('devices:read')
    const text = user.staffRole === undefined ? '' : (c.req.query('q') ?? '').trim().slice(0, maxSearchCharacters)
    const first = { afterNumber: 0, limit: accountsShown + 1 }
    const found =
      text === '' ? await customers.list({ reach, ...first }) : await customersOverview.find({ text, state: undefined }, first)
    const isMine = ({ customerId }: { readonly customerId: string }) =>
      user.memberships.some((membership) => membership.customerId === customerId)
    const shown = found.slice(0, accountsShown).map((customer) => ({
      customerId: customer.customerId,
      name: customer.name,
      number: formatCustomerNumber(customer.number),
      role: roleWords(user, customer.customerId),
      isMine: isMine(customer),
    }))
    const viewer = user.staffRole === undefined ? (await openAccount(c, customers)).viewer : staffViewer(c, page.site.host)
    return c.html(
      await accountsPage({
        ...page,
        viewer,
        accounts: shown,
        hasMore: found.length > accountsShown,
        text,
        to: waySchema.parse(c.req.query('to')),
      }),
    )
  })

  routes.post('/accounts/enter', async (c) => {
    const { customer, to } = await readForm(c, enterFormSchema)
    requireIn(c, 'accounts:enter', customer)
    if ((await customers.find(customer)) === undefined) throw new Problem('HF-NOT-FOUND')
    accountCookie.set(c, customer)
    return c.redirect(ways[to], 303)
  })

  return routes
}
