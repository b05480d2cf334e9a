/** The page that breaks the glass, and the button that ends it. */
import { z } from 'zod'
import { glassPage } from '../../views/pages/glass.ts'
import type { PageContext } from '../../views/site.ts'
import { openAccountOf } from '../accounts/account.ts'
import type { AccountCookie } from '../accounts/account-cookie.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import { getSession } from '../me/own-viewer.ts'
import type { MembersService } from '../members/members-service.ts'
import { isId } from '../runtime/ids.ts'
import { requireRecentProof } from '../sessions/recent-proof.ts'
import { GlassError } from './glass-error.ts'
import { glassPath } from './glass-props.ts'
import type { GlassService } from './glass-service.ts'

export function glassRoutes(options: {
  readonly glass: GlassService
  readonly members: Pick<MembersService, 'listOwners'>
  readonly customers: CustomersService
  readonly accountCookie: AccountCookie
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { glass, members, customers, accountCookie, clientOf, pageContext } = options
  const routes = newRoutes()

  const open = async (c: AppContext) => {
    const customerId = c.req.param('customerId') ?? ''
    if (!isId('cus', customerId)) throw new Problem('HF-NOT-FOUND')
    requireIn(c, 'break-glass:use', customerId)
    const account = await openAccountOf(c, customers, customerId)
    requireRecentProof(c)
    return account
  }
  const show = async (c: AppContext, refused?: { readonly reason: string; readonly problem: string }) => {
    const { customer, viewer } = await open(c)
    // Whoever belongs here reads by right.
    if (viewer.standing === 'member') return c.redirect('/', 303)
    const owners = (await members.listOwners(customer.customerId)).length
    const path = glassPath(customer.customerId)
    const page = { ...pageContext(c), viewer, path, customer: customer.name, owners, ...refused }
    return c.html(await glassPage(page), refused === undefined ? 200 : 422)
  }

  routes.get('/customers/:customerId/break-glass', (c) => show(c))
  routes.post('/customers/:customerId/break-glass', async (c) => {
    const { customer } = await open(c)
    const { reason } = await readForm(c, z.object({ reason: z.string() }))
    try {
      await glass.begin(getSession(c), { customer, reason }, clientOf(c).address)
    } catch (error) {
      if (error instanceof GlassError && error.fault === 'invalid-reason') return show(c, { reason, problem: error.message })
      throw error
    }
    accountCookie.set(c, customer.customerId)
    return c.redirect('/computers', 303)
  })
  routes.post('/break-glass/end', async (c) => {
    await glass.end(getSession(c), clientOf(c).address)
    return c.redirect('/', 303)
  })
  return routes
}
