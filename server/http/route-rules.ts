/**
 * Every route of the appliance, once: who may call it and how large its body may be. The app refuses to start with a route
 * that has no row, and a request to one is refused; tests/server/http/authorisation.test.ts walks the rows for every role.
 */
import type { Permission } from './permissions.ts'

/** How a route takes its body: read whole and counted before the handler runs, or left to a handler that counts itself. */
export type BodyRule = 'none' | 'small' | 'stream' | { readonly maxBytes: number }

export interface RouteRule {
  /** `public`: anyone, signed in or not. The handler of such a route checks what it needs to by itself. */
  readonly permission: Permission | 'public'
  /** `small` unless told. */
  readonly body?: BodyRule
}

export type RouteKey = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`

export const smallBodyMaxBytes = 64 * 1024

export const routeRules: Readonly<Record<RouteKey, RouteRule>> = {
  'GET /healthz': { permission: 'public' },
  'GET /readyz': { permission: 'public' },
  'GET /docs/errors': { permission: 'public' },
  'GET /docs/errors/:code': { permission: 'public' },
}

/** For a router that is built elsewhere and mounted as a whole; undefined when the table has no row. */
export function findRouteRule(method: string, path: string): RouteRule | undefined {
  const key = `${method} ${path}`
  return Object.hasOwn(routeRules, key) ? routeRules[key as RouteKey] : undefined
}
