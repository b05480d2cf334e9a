/**
 * Somebody from outside with a link: what the public pages ask first, and how they answer where there is nothing to see. Who has no right
 * link learns only that; who has one that is over hears why.
 */
import { deleteCookie, getCookie, setCookie } from 'hono/cookie'
import { z } from 'zod'
import { shareGatePage } from '../../views/pages/share-gate.ts'
import { type ShareOver, shareOverPage } from '../../views/pages/share-over.ts'
import type { PageContext } from '../../views/site.ts'
import type { AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import type { ShareKind } from './share.ts'
import type { OpenedShare, ShareDoor } from './share-door-service.ts'
import { passLifetimeMs } from './share-pass.ts'
import { sharePath } from './share-token.ts'
import { type Visitor, visitorOf } from './share-use.ts'

export interface Guest<Kind extends ShareKind> extends OpenedShare<Kind> {
  readonly visitor: Visitor
  /** The link, as a path. */
  readonly path: string
}

export interface GuestOptions {
  readonly door: ShareDoor
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
  /** Of the box: it goes into the names of cookies. */
  readonly instanceId: string
}

export interface Guests<Kind extends ShareKind> {
  /**
   * Whoever may come in; else how they are answered. `isPage`: they look for the page itself, and are asked for the password there.
   * `mayBeOver`: the handler has its own word for that.
   */
  readonly let: (
    c: AppContext,
    wish: { readonly isPage: boolean; readonly mayBeOver?: (guest: Guest<Kind>) => Promise<boolean> },
  ) => Promise<Guest<Kind> | Response>
  /** They have been at it for long, and are not asked for the password again. */
  readonly letStay: (c: AppContext, guest: Guest<Kind>) => void
  /** The form of the password was sent. */
  readonly tryPassword: (c: AppContext) => Promise<Response>
  readonly over: (c: AppContext, over: ShareOver) => Promise<Response>
  readonly overOf: (guest: Guest<Kind>, kind: Extract<ShareOver, { by: string }>['kind']) => ShareOver
}

const overStatus = { unknown: 404, throttled: 429, busy: 503, 'no-preview': 403 } as const
const wrongStatus = 403
const passwordSchema = z.object({ password: z.string().max(4096) })

export function createGuests<Kind extends ShareKind>(kind: Kind, options: GuestOptions): Guests<Kind> {
  const { door, clientOf, pageContext, instanceId } = options
  const cookieName = `holdfast_share_${instanceId}`

  const over = async (c: AppContext, what: ShareOver) => {
    if ('seconds' in what) c.header('retry-after', String(what.seconds))
    const status = what.kind in overStatus ? overStatus[what.kind as keyof typeof overStatus] : 410
    return c.html(await shareOverPage({ ...pageContext(c), over: what }), status)
  }
  const throttled = (c: AppContext, retryAfterMs: number) =>
    over(c, { kind: 'throttled', seconds: Math.ceil(retryAfterMs / 1000) })
  const overOf: Guests<Kind>['overOf'] = ({ share, customerName }, ended) => ({
    kind: ended,
    of: kind,
    by: share.createdBy.name,
    customer: customerName,
    untilMs: share.expiresAt,
  })

  const open = async (c: AppContext): Promise<Guest<Kind> | Response> => {
    const token = c.req.param('token') ?? ''
    const { address } = clientOf(c)
    const found = await door.open(kind, token, address)
    if (found.kind === 'throttled') return throttled(c, found.retryAfterMs)
    if (found.kind === 'unknown') return over(c, { kind: 'unknown' })
    const visitor = visitorOf({ address, userAgent: c.req.header('user-agent') ?? '' })
    return { ...found.opened, visitor, path: sharePath(kind, token) }
  }

  const gate = async (c: AppContext, guest: Guest<Kind>, problem?: string) =>
    c.html(
      await shareGatePage({
        ...pageContext(c),
        by: guest.share.createdBy.name,
        customer: guest.customerName,
        kind,
        path: kind === 'download' ? guest.path : `${guest.path}/password`,
        problem,
      }),
      problem === undefined ? 200 : wrongStatus,
    )

  const setPass = (c: AppContext, { path }: Guest<Kind>, pass: string) => {
    const scope = { path, httpOnly: true, sameSite: 'Lax', secure: clientOf(c).isSecure } as const
    setCookie(c, cookieName, pass, { ...scope, maxAge: passLifetimeMs / 1000 })
  }

  return {
    over,
    overOf,
    letStay: (c, guest) => {
      const pass = door.renewPass(guest.share)
      if (pass !== undefined) setPass(c, guest, pass)
    },
    let: async (c, { isPage, mayBeOver }) => {
      const guest = await open(c)
      if (guest instanceof Response) return guest
      if (guest.end !== undefined && !((await mayBeOver?.(guest)) ?? false)) return over(c, overOf(guest, guest.end))
      if (door.isLetIn(guest.share, getCookie(c, cookieName))) return guest
      // A form that led to the page would look as if what it held had been taken.
      if (c.req.method === 'POST') return gate(c, guest, 'Some time has passed: type the password again. Nothing has arrived.')
      return isPage ? gate(c, guest) : c.redirect(guest.path, 303)
    },
    tryPassword: async (c) => {
      const guest = await open(c)
      if (guest instanceof Response) return guest
      if (guest.end !== undefined) return over(c, overOf(guest, guest.end))
      const { password } = await readForm(c, passwordSchema)
      const { address } = clientOf(c)
      const tried = await door.tryPassword(guest.share, password, { ...guest.visitor, address })
      if (tried.kind === 'throttled') return throttled(c, tried.retryAfterMs)
      if (tried.kind === 'wrong') {
        deleteCookie(c, cookieName, { path: guest.path })
        return gate(c, guest, 'This is not the password of the link.')
      }
      setPass(c, guest, tried.pass)
      return c.redirect(guest.path, 303)
    },
  }
}
