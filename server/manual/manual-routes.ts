import { raw } from 'hono/html'
import { manualIndexPage, manualPage } from '../../views/pages/manual.ts'
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { errorPagesPath, Problem } from '../http/problem.ts'
import type { ErrorManual } from './error-manual.ts'

const keptForAnHour = 'public, max-age=3600'

export function manualRoutes(options: {
  readonly errorManual: ErrorManual
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { errorManual, pageContext } = options
  const routes = newRoutes()
  routes.get('/docs/errors', async (c) => {
    const entries = [...errorManual.values()].map(({ code, title }) => ({ code, title, path: `${errorPagesPath}/${code}` }))
    c.header('cache-control', keptForAnHour)
    return c.html(await manualIndexPage({ ...pageContext(c), title: 'Errors and what to do about them', entries }))
  })
  routes.get('/docs/errors/:code', async (c) => {
    const code = c.req.param('code')
    const page = errorManual.get(code)
    if (page === undefined) throw new Problem('HF-NOT-FOUND')
    const sections = page.sections.map(({ title, bodyHtml }) => ({ title, body: raw(bodyHtml) }))
    c.header('cache-control', keptForAnHour)
    return c.html(await manualPage({ ...pageContext(c), code, title: page.title, sections }))
  })
  return routes
}
