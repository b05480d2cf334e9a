import { createRoute, z } from '@hono/zod-openapi'
import { reaches } from '../customers/customer-reach.ts'
import { idSchema, jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { Problem } from '../http/problem.ts'
import { userBody, userSchema } from './users-schemas.ts'
import type { UsersService } from './users-service.ts'

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/users',
  tags: ['People'],
  summary: 'Users, as far as you may see them',
  description: 'Administrators see every login of the box, owners those of their own accounts.',
  ...signedInOnly,
  request: { query: pageQuerySchema },
  responses: { 200: { description: 'A page of users', content: jsonContent(pageSchema(userSchema)) }, ...problemResponses },
})

const getRoute = createRoute({
  method: 'get',
  path: '/api/v1/users/{userId}',
  tags: ['People'],
  summary: 'One user',
  ...signedInOnly,
  request: { params: z.object({ userId: idSchema('usr') }) },
  responses: { 200: { description: 'The user', content: jsonContent(userSchema) }, ...problemResponses },
})

export function usersRoutes({ users }: { readonly users: UsersService }): App {
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('users:read')
    const page = await readPage(
      c.req.valid('query'),
      (wanted) => users.list({ reach, ...wanted }),
      ({ userId }) => userId,
    )
    return c.json({ ...page, items: page.items.map((user) => userBody(user, reach)) }, 200)
  })
  routes.openapi(getRoute, async (c) => {
    const reach = c.var.access.customersWith('users:read')
    const user = await users.find(c.req.valid('param').userId)
    const isVisible = reach === 'all' || user?.memberships.some(({ customerId }) => reaches(reach, customerId))
    if (user === undefined || !isVisible) throw new Problem('HF-NOT-FOUND')
    return c.json(userBody(user, reach), 200)
  })
  return routes
}
