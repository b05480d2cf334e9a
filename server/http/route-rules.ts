/**
 * Every route of the appliance, once: who may call it and how large its body may be. The app refuses to start with a route
 * that has no row, and a request to one is refused; tests/server/http/authorisation.test.ts walks the rows for every role.
 */
import { chunkIdBytes, haveIdsPerCallMax, recordsPerCallMax, snapshotFileMaxBytes } from '../../engine/index.ts'
import { maxReportBodyBytes } from '../runs/run-report.ts'
import type { Permission } from './permissions.ts'

/** How a route takes its body: read whole and counted before the handler runs, or left to a handler that counts itself. */
export type BodyRule = 'none' | 'small' | 'stream' | { readonly maxBytes: number }

export interface RouteRule {
  /**
   * `public`: everybody, and nobody is looked up: these answer without the database. `anyone`: everybody too, but the handler
   * learns who it is. Everything else: whoever holds the permission somewhere; the handler asks for the object's customer.
   */
  readonly permission: Permission | 'public' | 'anyone'
  /** `small` unless told. */
  readonly body?: BodyRule
}

export type RouteKey = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`

/** A hundred jobs with a thousand folders each would be more; so would the configuration file be. */
const toldJobsMaxBytes = 4 * 1024 * 1024

export const smallBodyMaxBytes = 64 * 1024

export const routeRules: Readonly<Record<RouteKey, RouteRule>> = {
  'GET /healthz': { permission: 'public' },
  'GET /readyz': { permission: 'public' },
  'GET /assets/:version/:file{.+}': { permission: 'public' },
  'GET /': { permission: 'devices:read' },
  'GET /accounts': { permission: 'accounts:enter' },
  'POST /accounts/enter': { permission: 'accounts:enter' },
  'GET /computers': { permission: 'devices:read' },
  'GET /computers/:deviceId': { permission: 'devices:read' },
  'GET /computers/:deviceId/kept': { permission: 'versions:read' },
  'GET /computers/:deviceId/bin': { permission: 'versions:read' },
  'GET /computers/:deviceId/rules': { permission: 'retention:write' },
  'POST /computers/:deviceId/rules': { permission: 'retention:write' },
  'POST /versions/:snapshotId/pin': { permission: 'versions:keep' },
  'POST /versions/:snapshotId/unpin': { permission: 'versions:keep' },
  'POST /versions/:snapshotId/delete': { permission: 'versions:delete' },
  'POST /versions/:snapshotId/take-back': { permission: 'versions:keep' },
  'GET /versions/:snapshotId/browse': { permission: 'files:read' },
  'GET /versions/:snapshotId/browse/:path{[\\s\\S]*}': { permission: 'files:read' },
  'GET /versions/:snapshotId/skipped': { permission: 'files:read' },
  'GET /versions/:snapshotId/file/:path{[\\s\\S]+}': { permission: 'files:read' },
  'GET /versions/:snapshotId/zip': { permission: 'files:read' },
  'GET /versions/:snapshotId/zip/:path{[\\s\\S]*}': { permission: 'files:read' },
  'GET /customers/:customerId/recovery-kit': { permission: 'recovery-kit:print' },
  'POST /customers/:customerId/recovery-kit': { permission: 'recovery-kit:print' },
  'GET /storage/recovery': { permission: 'box:care' },
  'POST /storage/recovery/kit': { permission: 'box:care' },
  'POST /storage/recovery/self-backup': { permission: 'box:care' },
  'GET /setup': { permission: 'anyone' },
  'POST /setup': { permission: 'anyone' },
  'GET /signin': { permission: 'anyone' },
  'POST /signin': { permission: 'anyone' },
  'POST /signin/code': { permission: 'anyone' },
  'POST /signout': { permission: 'anyone' },
  'GET /me': { permission: 'me:write' },
  'POST /me/name': { permission: 'me:write' },
  'POST /me/email': { permission: 'me:write' },
  'POST /me/password': { permission: 'me:write' },
  'POST /me/sessions/end-others': { permission: 'me:write' },
  'POST /me/sessions/:signInId/end': { permission: 'me:write' },
  'POST /me/tokens': { permission: 'me:write' },
  'POST /me/tokens/:tokenId/withdraw': { permission: 'me:write' },
  'GET /me/prove': { permission: 'me:write' },
  'POST /me/prove': { permission: 'me:write' },
  'GET /me/two-factor': { permission: 'me:write' },
  'POST /me/two-factor/begin': { permission: 'me:write' },
  'POST /me/two-factor/confirm': { permission: 'me:write' },
  'POST /me/two-factor/codes': { permission: 'me:write' },
  'POST /me/two-factor/off': { permission: 'me:write' },
  'POST /api/v1/sessions': { permission: 'anyone' },
  'DELETE /api/v1/sessions/current': { permission: 'anyone' },
  'GET /api/v1/me': { permission: 'me:read' },
  'GET /api/v1/users': { permission: 'users:read' },
  'GET /api/v1/users/:userId': { permission: 'users:read' },
  'GET /api/v1/customers': { permission: 'customers:read' },
  'GET /api/v1/customers/:customerId': { permission: 'customers:read' },
  'GET /api/v1/plans': { permission: 'plans:read' },
  'GET /api/v1/plans/:planId': { permission: 'plans:read' },
  'GET /api/v1/subscriptions': { permission: 'subscriptions:read' },
  'GET /api/v1/subscriptions/:subscriptionId': { permission: 'subscriptions:read' },
  'GET /api/v1/openapi.json': { permission: 'public' },
  'GET /api/docs': { permission: 'public' },
  'GET /api/v1/enrolments': { permission: 'devices:add' },
  'POST /api/v1/enrolments': { permission: 'devices:add' },
  'DELETE /api/v1/enrolments/:enrolmentId': { permission: 'devices:add' },
  'GET /api/v1/devices': { permission: 'devices:read' },
  'GET /api/v1/devices/:deviceId': { permission: 'devices:read' },
  'GET /api/v1/devices/:deviceId/snapshots': { permission: 'versions:read' },
  'GET /api/v1/snapshots/:snapshotId': { permission: 'versions:read' },
  'DELETE /api/v1/snapshots/:snapshotId': { permission: 'versions:delete' },
  'PUT /api/v1/snapshots/:snapshotId/pin': { permission: 'versions:keep' },
  'DELETE /api/v1/snapshots/:snapshotId/pin': { permission: 'versions:keep' },
  'DELETE /api/v1/snapshots/:snapshotId/bin': { permission: 'versions:keep' },
  'GET /api/v1/devices/:deviceId/retention': { permission: 'versions:read' },
  'PUT /api/v1/devices/:deviceId/retention': { permission: 'retention:write' },
  'POST /api/v1/devices/:deviceId/retention/preview': { permission: 'retention:write' },
  'GET /api/v1/devices/:deviceId/decisions': { permission: 'versions:read' },
  'GET /api/v1/devices/:deviceId/bin': { permission: 'versions:read' },
  'GET /storage/copies': { permission: 'box:care' },
  'GET /storage/copies/list': { permission: 'box:care' },
  'POST /storage/copies': { permission: 'box:care' },
  'POST /storage/copies/test': { permission: 'box:care' },
  'GET /storage/copies/:copyId': { permission: 'box:care' },
  'POST /storage/copies/:copyId': { permission: 'box:care' },
  'POST /storage/copies/:copyId/run': { permission: 'box:care' },
  'POST /storage/copies/:copyId/verify': { permission: 'box:care' },
  'POST /storage/copies/:copyId/stop': { permission: 'box:care' },
  'POST /storage/copies/:copyId/remove': { permission: 'box:care' },
  'GET /api/v1/copies': { permission: 'box:care' },
  'POST /api/v1/copies': { permission: 'box:care' },
  'POST /api/v1/copies/test': { permission: 'box:care' },
  'GET /api/v1/copies/:copyId': { permission: 'box:care' },
  'PATCH /api/v1/copies/:copyId': { permission: 'box:care' },
  'DELETE /api/v1/copies/:copyId': { permission: 'box:care' },
  'POST /api/v1/copies/:copyId/runs': { permission: 'box:care' },
  'DELETE /api/v1/copies/:copyId/runs/current': { permission: 'box:care' },
  'GET /api/v1/alarms': { permission: 'alarms:read' },
  'GET /alerts': { permission: 'box:care' },
  'GET /storage': { permission: 'box:care' },
  'GET /storage/chores': { permission: 'box:care' },
  'POST /storage/chores/:chore/run': { permission: 'box:care' },
  'POST /storage/chores/:chore/cancel': { permission: 'box:care' },
  'GET /storage/check': { permission: 'box:care' },
  'POST /storage/check/run': { permission: 'box:care' },
  'POST /storage/check/repair': { permission: 'box:care' },
  'POST /storage/clock/confirm': { permission: 'box:care' },
  'POST /storage/disks/try-again': { permission: 'box:care' },
  'POST /storage/disks/accept': { permission: 'box:care' },
  'GET /storage/move': { permission: 'box:care' },
  'GET /storage/move/progress': { permission: 'box:care' },
  'POST /storage/move': { permission: 'box:care' },
  'POST /storage/move/give-up': { permission: 'box:care' },
  'POST /storage/rebuild/confirm': { permission: 'box:care' },
  'GET /storage/prune': { permission: 'box:care' },
  'POST /storage/prune/plan': { permission: 'box:care' },
  'POST /storage/prune/now': { permission: 'box:care' },
  'POST /storage/prune/allow': { permission: 'box:care' },
  'GET /settings': { permission: 'box:settings' },
  'POST /settings/mail': { permission: 'box:settings' },
  'POST /settings/mail/test': { permission: 'box:settings' },
  'POST /settings/address': { permission: 'box:settings' },
  'GET /settings/letters': { permission: 'box:settings' },
  'POST /settings/letters/:letterId/retry': { permission: 'box:settings' },
  'POST /settings/letters/:letterId/drop': { permission: 'box:settings' },
  'GET /storage/keys': { permission: 'box:care' },
  'POST /storage/keys/box': { permission: 'box:care' },
  'POST /storage/keys/customers/:customerId': { permission: 'box:care' },
  'POST /api/v1/box/keys': { permission: 'box:care' },
  'POST /api/v1/customers/:customerId/keys': { permission: 'box:care' },
  'POST /api/agent/v1/connect': { permission: 'public' },
  'GET /api/agent/v1/policy': { permission: 'agent:use' },
  'POST /api/agent/v1/fingerprint': { permission: 'agent:use' },
  'GET /api/agent/v1/device': { permission: 'agent:use' },
  'GET /api/agent/v1/key-slot': { permission: 'agent:use' },
  'GET /api/agent/v1/find': { permission: 'agent:use' },
  'GET /api/agent/v1/history': { permission: 'agent:use' },
  'POST /api/agent/v1/sessions': { permission: 'agent:use' },
  'DELETE /api/agent/v1/sessions/:sessionId': { permission: 'agent:use' },
  'GET /api/agent/v1/sessions/:sessionId/filter': { permission: 'agent:use' },
  'POST /api/agent/v1/sessions/:sessionId/have': {
    permission: 'agent:use',
    body: { maxBytes: haveIdsPerCallMax * chunkIdBytes },
  },
  'PUT /api/agent/v1/sessions/:sessionId/packs/:packId': { permission: 'agent:use', body: 'stream' },
  'POST /api/agent/v1/sessions/:sessionId/commit': { permission: 'agent:use', body: { maxBytes: snapshotFileMaxBytes } },
  'POST /api/agent/v1/records': { permission: 'agent:use', body: { maxBytes: recordsPerCallMax * chunkIdBytes } },
  'GET /api/agent/v1/snapshots': { permission: 'agent:use' },
  'GET /api/agent/v1/snapshots/:snapshotId': { permission: 'agent:use' },
  'GET /api/agent/v1/orders': { permission: 'agent:use' },
  'POST /api/agent/v1/orders/:orderId': { permission: 'agent:use' },
  'PUT /api/agent/v1/jobs': { permission: 'agent:use', body: { maxBytes: toldJobsMaxBytes } },
  'POST /api/agent/v1/progress': { permission: 'agent:use' },
  // The ticket in its address is the right, and these answer without the database.
  'PUT /api/agent/v1/progress/:ticket': { permission: 'public' },
  'PUT /api/agent/v1/runs/:runKey': { permission: 'agent:use', body: { maxBytes: maxReportBodyBytes } },
  'GET /docs/errors': { permission: 'public' },
  'GET /docs/errors/:code': { permission: 'public' },
}

/** For a router that is built elsewhere and mounted as a whole; undefined when the table has no row. */
export function findRouteRule(method: string, path: string): RouteRule | undefined {
  const key = `${method} ${path}`
  return Object.hasOwn(routeRules, key) ? routeRules[key as RouteKey] : undefined
}
