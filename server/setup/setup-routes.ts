/** The page behind the one-time setup link. */
import { z } from 'zod'
import { type SetupField, setupPage } from '../../views/pages/setup.ts'
import type { PageContext } from '../../views/site.ts'
import { CustomerError } from '../customers/customer-error.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { recoveryKitPath } from '../http/page-paths.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import type { SessionsService } from '../sessions/sessions-service.ts'
import { UserError, type UserFault } from '../users/user-error.ts'
import { SetupError } from './setup-error.ts'
import type { SetupService } from './setup-service.ts'

const formSchema = z.object({
  token: z.string(),
  email: z.string(),
  name: z.string(),
  customer: z.string(),
  password: z.string(),
})

export function setupRoutes(options: {
  readonly setup: SetupService
  readonly sessions: SessionsService
  readonly cookie: SessionCookie
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { setup, sessions, cookie, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/setup', async (c) => {
    if (await setup.isDone()) return c.redirect('/', 303)
    const token = c.req.query('token') ?? ''
    if (!(await setup.isRightToken(token))) throw new SetupError('token-invalid', 'This setup link is not, or no longer, valid.')
    return c.html(await setupPage({ ...pageContext(c), token, problems: {} }))
  })

  routes.post('/setup', async (c) => {
    const { token, ...request } = await readForm(c, formSchema)
    const { address } = clientOf(c)
    try {
      const { user, customer } = await setup.setUpByLink(token, request, address)
      const browser = { address, userAgent: c.req.header('user-agent') ?? '', isLasting: false }
      cookie.set(c, await sessions.open(user, browser))
      // The moment at which somebody has time for it, and a printer in the room.
      return c.redirect(`${recoveryKitPath(customer.customerId)}?first=yes`, 303)
    } catch (error) {
      const problems = fieldProblems(error)
      if (problems === undefined) throw error
      const { email, name, customer } = request
      return c.html(await setupPage({ ...pageContext(c), token, email, name, customer, problems }), 422)
    }
  })

  return routes
}

const fieldOfFault: Readonly<Record<UserFault, SetupField>> = {
  'invalid-email': 'email',
  'email-taken': 'email',
  'invalid-name': 'name',
  'weak-password': 'password',
  'not-found': 'form',
  busy: 'form',
}

/** What the person can put right in the form; undefined for everything else. */
function fieldProblems(error: unknown): Partial<Record<SetupField, string>> | undefined {
  if (error instanceof UserError) return { [fieldOfFault[error.fault]]: error.message }
  if (error instanceof CustomerError) return { customer: error.message }
  return undefined
}
