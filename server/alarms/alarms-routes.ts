import { createRoute } from '@hono/zod-openapi'
import { jsonContent, problemResponses, signedInOnly } from '../http/api-schemas.ts'
import type { App } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { cursorNumber, pageQuerySchema, pageSchema, readPage } from '../http/paging.ts'
import { alarmBody, alarmSchema } from './alarm-schema.ts'
import type { AlarmsService } from './alarms-service.ts'

const listRoute = createRoute({
  method: 'get',
  path: '/api/v1/alarms',
  tags: ['Alarms'],
  summary: 'What waits for somebody: the box’s own for staff, a customer’s for its people; the oldest first',
  ...signedInOnly,
  request: { query: pageQuerySchema },
  responses: {
    200: { description: 'A page of alarms', content: jsonContent(pageSchema(alarmSchema)) },
    ...problemResponses,
  },
})

export function alarmsRoutes({ alarms }: { readonly alarms: AlarmsService }): App {
  const routes = newRoutes()
  routes.openapi(listRoute, async (c) => {
    const reach = c.var.access.customersWith('alarms:read')
    const page = await readPage(
      c.req.valid('query'),
      ({ after, limit }) => alarms.list({ reach, after: cursorNumber(after), limit }),
      ({ alarmId }) => String(alarmId),
    )
    return c.json({ ...page, items: page.items.map(alarmBody) }, 200)
  })
  return routes
}
