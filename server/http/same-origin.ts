/**
 * Refuses state-changing requests that a page of another origin made the browser send (CSRF). Browsers name the origin
 * themselves, in Sec-Fetch-Site or Origin; a request with neither is no browser's and carries no ambient authority.
 * The algorithm is that of Go's http.CrossOriginProtection (https://words.filippo.io/csrf/). SameSite=Lax cookies stand behind it.
 */
import type { MiddlewareHandler } from 'hono'
import type { AppContext, AppEnvironment } from './app-environment.ts'
import { Problem } from './problem.ts'

const safeMethods: readonly string[] = ['GET', 'HEAD', 'OPTIONS']

/**
 * Links for people from outside: the token in the address is the right, and no session counts there. Their pages send no referrer, and
 * an old browser then names no origin: it is let in. What such a page might do in somebody else's name is what its link does anyway;
 * the cookie of a link's password is not sent along from elsewhere.
 */
const linkPaths = /^\/[su]\//

export function refuseCrossSite(options: { readonly publicUrl: string | undefined }): MiddlewareHandler<AppEnvironment> {
  const publicOrigin = options.publicUrl === undefined ? undefined : new URL(options.publicUrl).origin
  return async (c, next) => {
    const isRefused = !safeMethods.includes(c.req.method) && !isSameOrigin(c, publicOrigin) && !isNamelessLink(c)
    if (isRefused) throw new Problem('HF-CROSS-SITE')
    await next()
  }
}

function isNamelessLink(c: AppContext): boolean {
  return linkPaths.test(c.req.path) && c.req.header('origin') === 'null' && c.req.header('sec-fetch-site') === undefined
}

function isSameOrigin(c: AppContext, publicOrigin: string | undefined): boolean {
  const origin = c.req.header('origin')
  if (origin !== undefined && origin === publicOrigin) return true
  const site = c.req.header('sec-fetch-site')
  // `same-site` is not enough: another port of this host is another program.
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  if (origin === undefined) return true
  return URL.canParse(origin) && new URL(origin).host === c.req.header('host')?.toLowerCase()
}
