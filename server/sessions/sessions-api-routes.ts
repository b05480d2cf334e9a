/** Signing in for programs that keep cookies, and `me`. Scripts are better served by a token. */
import { createRoute, z } from '@hono/zod-openapi'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { memberRoles } from '../customers/membership.ts'
import { formatTime, jsonContent, problemResponses, signedInOnly, timeSchema } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { newRoutes } from '../http/new-routes.ts'
import { userOf } from '../http/principal.ts'
import { Problem } from '../http/problem.ts'
import { staffRoles } from '../users/staff-role.ts'
import { credentialsSchema } from './credentials-schema.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { SessionsService } from './sessions-service.ts'
import { signInProblem } from './sign-in-problem.ts'

const meSchema = z
  .object({
    id: z.string(),
    email: z.string(),
    name: z.string(),
    staffRole: z.enum(staffRoles).nullable(),
    customers: z.array(z.object({ id: z.string(), number: z.string(), name: z.string(), role: z.enum(memberRoles) })),
    scopes: z.array(z.string()).nullable().openapi({ description: 'What the token may be used for; null in a session.' }),
  })
  .openapi('Me')

const meRoute = createRoute({
  method: 'get',
  path: '/api/v1/me',
  tags: ['People'],
  summary: 'Who you are',
  ...signedInOnly,
  responses: { 200: { description: 'You', content: jsonContent(meSchema) }, ...problemResponses },
})

const signInRoute = createRoute({
  method: 'post',
  path: '/api/v1/sessions',
  tags: ['People'],
  summary: 'Sign in',
  description: 'The answer sets the session cookie.',
  request: { body: { required: true, content: jsonContent(credentialsSchema) } },
  responses: {
    201: { description: 'Signed in', content: jsonContent(z.object({ userId: z.string(), expiresAt: timeSchema })) },
    ...problemResponses,
  },
})

const signOutRoute = createRoute({
  method: 'delete',
  path: '/api/v1/sessions/current',
  tags: ['People'],
  summary: 'Sign out',
  ...signedInOnly,
  responses: { 204: { description: 'Signed out' }, ...problemResponses },
})

export function sessionsApiRoutes(options: {
  readonly sessions: SessionsService
  readonly customers: CustomersService
  readonly cookie: SessionCookie
  readonly clientOf: ClientOf
}): App {
  const { sessions, customers, cookie, clientOf } = options
  const routes = newRoutes()
  routes.openapi(meRoute, async (c) => {
    const { principal } = c.var.access
    const user = userOf(principal)
    if (user === undefined) throw new Problem('HF-SIGN-IN-NEEDED')
    const known = await customers.findByIds(user.memberships.map(({ customerId }) => customerId))
    const memberships = known.flatMap(({ customerId, number, name }) => {
      const role = user.memberships.find((membership) => membership.customerId === customerId)?.role
      return role === undefined ? [] : [{ id: customerId, number: formatCustomerNumber(number), name, role }]
    })
    const scopes = principal.kind === 'token' ? [...principal.token.scopes] : null
    const { userId, email, name, staffRole } = user
    return c.json({ id: userId, email, name, staffRole: staffRole ?? null, customers: memberships, scopes }, 200)
  })
  routes.openapi(signInRoute, async (c) => {
    const { stay, ...credentials } = c.req.valid('json')
    const browser = { userAgent: c.req.header('user-agent') ?? '', isLasting: stay }
    const signIn = await sessions.signIn({ ...credentials, address: clientOf(c).address }, browser)
    if (signIn.kind !== 'signed-in') throw signInProblem(signIn)
    cookie.set(c, signIn)
    const { user, expiresAt } = signIn.signedIn
    return c.json({ userId: user.userId, expiresAt: formatTime(expiresAt) }, 201)
  })
  routes.openapi(signOutRoute, async (c) => {
    if (c.var.session !== undefined) await sessions.signOut(c.var.session, clientOf(c).address)
    cookie.clear(c)
    return c.body(null, 204)
  })
  return routes
}
