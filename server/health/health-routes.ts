import { newRoutes } from '../http/new-routes.ts'
import { Problem } from '../http/problem.ts'
import type { Readiness } from './readiness.ts'

/** `/healthz`: the process answers. `/readyz`: it can do its work. For process supervisors and load balancers. */
export function healthRoutes(services: { readonly readiness: Readiness }) {
  const routes = newRoutes()
  routes.get('/healthz', (c) => c.json({ status: 'ok' }))
  routes.get('/readyz', async (c) => {
    const failing = await services.readiness.findFailing()
    if (failing.length === 0) return c.json({ status: 'ready' })
    const detail = failing.map(({ part, reason }) => `${part}: ${reason}`).join('; ')
    throw new Problem('HF-NOT-READY', { detail, members: { failing } })
  })
  return routes
}
