/**
 * The cookie that carries a session's secret. Its name holds the box's id, because boxes, sandboxes and agents' pages on one
 * machine share the jar of 127.0.0.1. Under TLS it has the `__Host-` prefix: then no neighbour on the host's name can plant one.
 */
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import type { AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { longLifetimeMs } from './session.ts'
import type { OpenedSession } from './sessions-service.ts'

export interface SessionCookie {
  readonly read: (c: AppContext) => string | undefined
  readonly set: (c: AppContext, session: OpenedSession) => void
  readonly clear: (c: AppContext) => void
}

export function sessionCookieBy(options: { readonly instanceId: string; readonly clientOf: ClientOf }): SessionCookie {
  const { instanceId, clientOf } = options
  const nameFor = (isSecure: boolean) => `${isSecure ? '__Host-' : ''}holdfast_session_${instanceId}`
  return {
    read: (c) => getCookie(c, nameFor(clientOf(c).isSecure)),
    set: (c, { secret, signedIn }) => {
      const { isSecure } = clientOf(c)
      const lasting = signedIn.isLasting ? { maxAge: longLifetimeMs / 1000 } : {}
      setCookie(c, nameFor(isSecure), secret, { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure, ...lasting })
    },
    clear: (c) => {
      const { isSecure } = clientOf(c)
      deleteCookie(c, nameFor(isSecure), { path: '/', httpOnly: true, sameSite: 'Lax', secure: isSecure })
    },
  }
}
