/**
 * Decides for each request who asks and whether the route's rule (route-rules.ts) lets them. Denies by default: a path that
 * matches no route with a rule never reaches a handler.
 */
import type { Hono, MiddlewareHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import type { Id } from '../runtime/ids.ts'
import { type Access, accessOf } from './access.ts'
import type { AppContext, AppEnvironment } from './app-environment.ts'
import { type Permission, permissionRow } from './permissions.ts'
import { type Principal, stranger } from './principal.ts'
import { Problem } from './problem.ts'
import { findRouteRule, type RouteRule } from './route-rules.ts'

export type Identify = (c: AppContext) => Promise<Principal>

export function authorise(identify: Identify): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const rule = ruleOfRequest(c)
    if (rule === undefined) return c.notFound()
    const principal = rule.permission === 'public' ? stranger : await identify(c)
    const access = accessOf(principal)
    c.set('access', access)
    c.set('session', principal.kind === 'session' ? principal.signedIn : undefined)
    c.set('routeRule', rule)
    if (rule.permission !== 'public' && rule.permission !== 'anyone') demand(access, rule.permission)
    await next()
  }
}

/** The object's own check, inside a route: someone else's object answers exactly as an absent one. */
export function requireIn(c: AppContext, permission: Permission, customerId: Id<'cus'>): void {
  if (!c.var.access.may(permission, customerId)) throw new Problem('HF-NOT-FOUND')
}

/** What was looked for. Absent and another customer's are the same: HF-NOT-FOUND. */
export function requireFound<Found extends { readonly customerId: Id<'cus'> }>(
  c: AppContext,
  permission: Permission,
  found: Found | undefined,
): Found {
  if (found === undefined) throw new Problem('HF-NOT-FOUND')
  requireIn(c, permission, found.customerId)
  return found
}

/** Routes without a rule, as `METHOD /path`. Empty, or the app must not start. */
export function routesWithoutRule(app: Hono<AppEnvironment>): readonly string[] {
  const keys = handlerRoutes(app.routes).map(({ method, path }) => ({
    key: `${method} ${path}`,
    rule: findRouteRule(method, path),
  }))
  return [...new Set(keys.filter(({ rule }) => rule === undefined).map(({ key }) => key))]
}

/** Hono lists middleware under the method ALL; everything else answers requests. */
export function handlerRoutes<Route extends { readonly method: string }>(routes: readonly Route[]): readonly Route[] {
  return routes.filter(({ method }) => method !== 'ALL')
}

function ruleOfRequest(c: AppContext): RouteRule | undefined {
  const route = routeOf(c)
  return route === undefined ? undefined : findRouteRule(route.method, route.path)
}

/** `POST /storage/move`, as the table of rules has it; undefined where no route answers. */
export function routeKeyOf(c: AppContext): string | undefined {
  const route = routeOf(c)
  return route && `${route.method} ${route.path}`
}

function routeOf(c: AppContext) {
  return handlerRoutes(matchedRoutes(c)).at(0)
}

function demand(access: Access, permission: Permission): void {
  if (access.mayAnywhere(permission)) return
  if (access.principal.kind === 'stranger') throw new Problem('HF-SIGN-IN-NEEDED', { headers: { 'www-authenticate': 'Bearer' } })
  if (access.principal.kind === 'token') refuseToken(access.principal.token.scopes, permission)
  throw new Problem('HF-FORBIDDEN')
}

function refuseToken(held: readonly string[], permission: Permission): void {
  const { scope } = permissionRow(permission)
  if (scope === undefined || held.includes(scope)) return
  throw new Problem('HF-SCOPE-MISSING', { detail: `This needs a token with the scope "${scope}".` })
}
