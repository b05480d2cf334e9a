/** The page Account: who the customer is, as its own people see and change it, and the ways to what belongs to it. */
import { type AccountPlaceProps, accountPage } from '../../views/pages/account.ts'
import { customerFormPage } from '../../views/pages/customer-form.ts'
import type { PageContext } from '../../views/site.ts'
import { type Account, openAccount } from '../accounts/account.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { recoveryKitPath } from '../http/page-paths.ts'
import type { Permission } from '../http/permissions.ts'
import { Problem } from '../http/problem.ts'
import { formatCustomerNumber } from './customer.ts'
import { customerFormSchema, detailsOf, fieldsOf, fieldsProps, problemsOf } from './customer-form.ts'
import { detailsProps, standingProps } from './customer-props.ts'
import type { CustomersService } from './customers-service.ts'
import type { RegistrationService } from './registration-service.ts'
import type { StandingService } from './standing-service.ts'

type PlaceOf = Omit<AccountPlaceProps, 'path'> & {
  readonly path: string | ((account: Account) => string)
  readonly permission: Permission
}

/** One line per page that belongs to the account, with what it takes to open it. Add yours in the order of how often it is wanted. */
const accountPlaces: readonly PlaceOf[] = [
  {
    path: '/account/people',
    permission: 'members:read',
    name: 'People',
    about: 'Who belongs to this account, what they may do, and who is invited.',
    icon: 'users',
  },
  {
    path: '/account/plan',
    permission: 'subscriptions:read',
    name: 'Plan',
    about: 'What the plan holds, until when, and what another one would mean.',
    icon: 'layers',
  },
  {
    path: ({ customer }) => recoveryKitPath(customer.customerId),
    permission: 'recovery-kit:print',
    name: 'Recovery kit',
    about: 'The sheet that opens the backups without this box. Print it and put it into a safe.',
    icon: 'key-round',
  },
  {
    path: '/account/usage',
    permission: 'subscriptions:read',
    name: 'Space used',
    about: 'How the space of the plan filled, day by day, and when it will be full.',
    icon: 'hard-drive',
  },
  {
    path: '/account/export',
    permission: 'account:export',
    name: 'Export everything',
    about: 'Details, people, plans, computers, backups and audit of this account, as a ZIP of tables.',
    icon: 'download',
  },
  {
    path: '/account/audit',
    permission: 'audit:read',
    name: 'Audit',
    about: 'Who changed what in this account, and from where.',
    icon: 'scroll-text',
  },
  {
    path: '/account/letters',
    name: 'Letters',
    about: 'Who hears of what, when a computer is called silent, and which programs are told.',
    icon: 'mail',
    permission: 'account:write',
  },
]

export function accountPagesRoutes(options: {
  readonly customers: CustomersService
  readonly registrations: RegistrationService
  readonly customerStandings: StandingService
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { customers, registrations, customerStandings, clientOf, pageContext } = options
  const routes = newRoutes()

  const openWith = async (c: AppContext, permission: Permission): Promise<Account> => {
    const account = await openAccount(c, customers)
    if (!c.var.access.may(permission, account.customer.customerId)) throw new Problem('HF-FORBIDDEN')
    return account
  }

  routes.get('/account', async (c) => {
    const account = await openAccount(c, customers)
    const { customer, viewer } = account
    const may = (permission: Permission) => c.var.access.may(permission, customer.customerId)
    return c.html(
      await accountPage({
        ...pageContext(c),
        viewer,
        number: formatCustomerNumber(customer.number),
        createdAtMs: customer.createdAt,
        details: detailsProps(customer),
        standing: standingProps(customer),
        mayEdit: may('account:write'),
        mayKeep: may('account:keep'),
        places: accountPlaces
          .filter(({ permission }) => may(permission))
          .map(({ permission: _permission, path, ...place }) => ({
            ...place,
            path: typeof path === 'string' ? path : path(account),
          })),
      }),
    )
  })

  const showEdit = async (c: AppContext, { customer, viewer }: Account, values = fieldsOf(customer), problems = {}) =>
    c.html(
      await customerFormPage({
        ...pageContext(c),
        viewer,
        of: 'account',
        name: customer.name,
        path: '/account',
        action: '/account/edit',
        fields: fieldsProps(values, { hasNotes: false, problems }),
      }),
      Object.keys(problems).length > 0 ? 422 : 200,
    )
  routes.get('/account/edit', async (c) => showEdit(c, await openWith(c, 'account:write')))
  routes.post('/account/edit', async (c) => {
    const account = await openWith(c, 'account:write')
    const form = await readForm(c, customerFormSchema)
    try {
      const change = { name: form.name, details: detailsOf(form, { hasNotes: false }) }
      await registrations.change(account.customer.customerId, change, actingAsUser(c, clientOf))
      return c.redirect('/account', 303)
    } catch (error) {
      return showEdit(c, account, form, problemsOf(error))
    }
  })
  routes.post('/account/keep', async (c) => {
    const { customer } = await openWith(c, 'account:keep')
    await customerStandings.stay(customer.customerId, actingAsUser(c, clientOf))
    return c.redirect('/account', 303)
  })
  return routes
}
