/** Writes down what people order the box to do about itself, once the box has taken the order. */
import type { MiddlewareHandler } from 'hono'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { AppEnvironment } from '../http/app-environment.ts'
import { routeKeyOf } from '../http/authorisation.ts'
import type { ClientOf } from '../http/client.ts'
import type { AuditService } from './audit-service.ts'
import { findOrderedAct } from './ordered-acts.ts'

const firstRefusal = 400

export function noteOrders(options: {
  readonly audit: Pick<AuditService, 'note'>
  readonly clientOf: ClientOf
}): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const key = routeKeyOf(c)
    await next()
    const action = key === undefined ? undefined : findOrderedAct(key)
    if (action === undefined || c.res.status >= firstRefusal) return
    const copy = /\/copies\/(cpy_[a-z2-7]{20})(?:\/|$)/.exec(c.req.path)?.[1]
    const chore = /^\/(?:storage\/chores|jobs)\/([a-z-]{1,64})\//.exec(c.req.path)?.[1]
    await options.audit.note(actingAsUser(c, options.clientOf), {
      action,
      ...(copy === undefined ? {} : { objectId: copy }),
      ...(chore === undefined ? {} : { detail: { chore } }),
    })
  }
}
