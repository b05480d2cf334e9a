/**
 * The appliance's HTTP application: one frame (ids, headers, origin, rights, bodies, errors) around the routes of every noun.
 * It knows no configuration and opens nothing; the composition root (main.ts) hands in what the routes need.
 */
import type { OpenAPIHono } from '@hono/zod-openapi'
import { methodNotAllowed } from 'hono/method-not-allowed'
import type { Logger } from 'pino'
import type { PageContext } from '../views/site.ts'
import { healthRoutes } from './health/health-routes.ts'
import type { Readiness } from './health/readiness.ts'
import type { AppContext, AppEnvironment } from './http/app-environment.ts'
import { authorise, routesWithoutRule } from './http/authorisation.ts'
import { errorBoundary } from './http/error-boundary.ts'
import { type IdentitySources, identifyBy } from './http/identify.ts'
import { newRoutes } from './http/new-routes.ts'
import { Problem } from './http/problem.ts'
import { requestIds } from './http/request-id.ts'
import { refuseCrossSite } from './http/same-origin.ts'
import { setSecurityHeaders } from './http/security-headers.ts'
import { readSmallBodies } from './http/small-bodies.ts'
import type { Randomness } from './runtime/randomness.ts'

export interface Dependencies {
  readonly log: Logger
  readonly randomness: Randomness
  readonly publicUrl: string | undefined
  readonly identity: IdentitySources
  readonly readiness: Readiness
  /** What every page carries besides its own content: where its files lie, and for whom it is written. */
  readonly pageContext: (c: AppContext) => PageContext
}

export type App = OpenAPIHono<AppEnvironment>

export function createApp(dependencies: Dependencies): App {
  const app = newRoutes()
  frame(app, dependencies)
  mountRoutes(app, dependencies)
  const forgotten = routesWithoutRule(app)
  if (forgotten.length > 0) throw new Error(`routes without a row in route-rules.ts: ${forgotten.join(', ')}`)
  return app
}

/** One line per noun. */
function mountRoutes(app: App, dependencies: Dependencies): void {
  app.route('/', healthRoutes(dependencies))
}

/** The order matters: rights are known before a byte of the body is read, and every answer, errors too, carries id and headers. */
function frame(app: App, { log, randomness, publicUrl, identity, pageContext }: Dependencies): void {
  const boundary = errorBoundary({ log, pageContext })
  const refuseMethod = (c: AppContext, allowed: string[]) =>
    boundary.answer(c, new Problem('HF-METHOD-NOT-ALLOWED', { headers: { allow: allowed.join(', ') } }))
  app.onError(boundary.onError)
  app.notFound(boundary.notFound)
  app.use(requestIds(randomness), setSecurityHeaders())
  app.use(methodNotAllowed({ app, onMethodNotAllowed: refuseMethod }))
  app.use(refuseCrossSite({ publicUrl }), authorise(identifyBy(identity)), readSmallBodies())
}
