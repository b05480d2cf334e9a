/**
 * Headers of every answer. The policy allows nothing inline and nothing from elsewhere: scripts, styles, fonts and pictures are
 * files of the box. There is no HSTS: it would bind the host name for every port, and a box may share its name with other services.
 * `same-origin` as referrer policy, not `no-referrer`: the latter makes browsers send `Origin: null` with forms.
 */
import type { MiddlewareHandler } from 'hono'
import type { AppEnvironment } from './app-environment.ts'

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

export const securityHeaders = {
  'content-security-policy': contentSecurityPolicy,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=(), payment=(), usb=()',
} as const

/**
 * Of links for people from outside, errors too: the address is a secret, so no other site is told of it, nothing is kept of it, and no
 * search engine shows it.
 */
const linkHeaders = {
  ...securityHeaders,
  'referrer-policy': 'no-referrer',
  'x-robots-tag': 'noindex, nofollow, noarchive',
  'cache-control': 'no-store',
} as const
const linkPaths = /^\/[su]\//

/**
 * Also sets them on the raw response, so that handlers that write to it directly cannot forget them. What a handler says itself stays:
 * a stored file has a stricter policy, and an answer that it did not change must repeat it, or browsers would take ours for it.
 */
export function setSecurityHeaders(): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const headers = linkPaths.test(c.req.path) ? linkHeaders : securityHeaders
    for (const [name, value] of Object.entries(headers)) c.env?.outgoing?.setHeader(name, value)
    await next()
    for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.header(name, value)
    if (!c.res.headers.has('cache-control')) c.header('cache-control', 'no-store')
  }
}
