/** Which account this browser stands in. It gives no right: whoever may not see the account is treated as if it were not there. */
import type { MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import type { AppContext, AppEnvironment } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { type Id, isId } from '../runtime/ids.ts'

export interface AccountCookie {
  /** Puts `enteredAccount` into the context. */
  readonly read: () => MiddlewareHandler<AppEnvironment>
  readonly set: (c: AppContext, customerId: Id<'cus'>) => void
}

const yearSeconds = 365 * 24 * 60 * 60

export function accountCookieBy(options: { readonly instanceId: string; readonly clientOf: ClientOf }): AccountCookie {
  const name = `holdfast_account_${options.instanceId}`
  return {
    read: () => async (c, next) => {
      const customerId = getCookie(c, name)
      c.set('enteredAccount', customerId !== undefined && isId('cus', customerId) ? customerId : undefined)
      await next()
    },
    set: (c, customerId) => {
      const { isSecure } = options.clientOf(c)
      setCookie(c, name, customerId, { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure, maxAge: yearSeconds })
    },
  }
}
