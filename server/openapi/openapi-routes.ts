import { apiDocsPage } from '../../views/pages/api-docs.ts'
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import { newRoutes } from '../http/new-routes.ts'
import { describeOperations } from './described-operations.ts'
import type { OpenApiDocument } from './openapi-document.ts'

/** `document` is asked for when it is needed: it is whole only once every route is mounted. */
export function openApiRoutes(options: {
  readonly document: () => OpenApiDocument
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { document, pageContext } = options
  const routes = newRoutes()
  routes.get('/api/v1/openapi.json', (c) => c.json(document() as unknown as Record<string, unknown>))
  routes.get('/api/docs', async (c) => c.html(await apiDocsPage({ ...pageContext(c), ...describeOperations(document()) })))
  return routes
}
