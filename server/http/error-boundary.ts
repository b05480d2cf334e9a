/**
 * Where every failed request ends: one log line with the request id, and one answer. Programs get problem+json, browsers a page
 * (or the way to sign in). What the log says and the answer does not are causes and stacks.
 */
import type { ErrorHandler, NotFoundHandler } from 'hono'
import { matchedRoutes } from 'hono/route'
import { errorPage } from '../../views/pages/error.ts'
import type { PageContext } from '../../views/site.ts'
import type { Log } from '../runtime/log.ts'
import type { AppContext, AppEnvironment } from './app-environment.ts'
import { handlerRoutes } from './authorisation.ts'
import { problemOf } from './known-faults.ts'
import { localPathOr, signInPath } from './local-path.ts'
import { Problem, problemDocument, problemResponse } from './problem.ts'

export interface ErrorBoundary {
  readonly onError: ErrorHandler<AppEnvironment>
  readonly notFound: NotFoundHandler<AppEnvironment>
  readonly answer: (c: AppContext, problem: Problem) => Response | Promise<Response>
}

export function errorBoundary(options: {
  readonly log: Pick<Log, 'error' | 'debug'>
  readonly pageContext: (c: AppContext) => PageContext
}): ErrorBoundary {
  const answer = (c: AppContext, problem: Problem): Response | Promise<Response> => {
    if (!wantsPage(c)) return problemResponse(problem, c.var.requestId)
    if (problem.code === 'HF-SIGN-IN-NEEDED' && c.req.method === 'GET') return sendToSignIn(c)
    if (problem.code === 'HF-PROOF-NEEDED') return sendToProof(c)
    return errorAsPage(c, problem, options.pageContext(c))
  }
  return {
    answer,
    notFound: (c) => answer(c, new Problem('HF-NOT-FOUND')),
    onError: (error, c) => {
      const problem = problemOf(error)
      logOnce(options.log, c, problem)
      return answer(c, problem)
    },
  }
}

/** The API always answers programs; elsewhere the client says whether it reads pages. */
export function wantsPage(c: AppContext): boolean {
  if (c.req.header('hx-request') === 'true') return true
  return !c.req.path.startsWith('/api/') && (c.req.header('accept') ?? '').includes('text/html')
}

function logOnce(log: Pick<Log, 'error' | 'debug'>, c: AppContext, problem: Problem): void {
  const { status } = problemDocument(problem, c.var.requestId)
  // The route's pattern, not the address: addresses hold tokens of set-up links and names of customers' files.
  const route = handlerRoutes(matchedRoutes(c)).at(0)?.path
  const fields = { requestId: c.var.requestId, code: problem.code, method: c.req.method, route, status }
  if (status >= 500) log.error({ ...fields, err: problem.options.cause ?? problem }, 'request failed')
  else log.debug(fields, 'request refused')
}

async function errorAsPage(c: AppContext, problem: Problem, page: PageContext): Promise<Response> {
  const { status, code, title, detail, hint, who, requestId } = problemDocument(problem, c.var.requestId)
  for (const [name, value] of Object.entries(problem.options.headers ?? {})) c.header(name, value)
  return c.html(await errorPage({ ...page, status, code, title, detail, hint, who, requestId }), status as 500)
}

/** A part that htmx asks for is not replaced by a whole page: the page around it is loaded again, and ends at the sign-in. */
function sendToSignIn(c: AppContext): Response {
  if (c.req.header('hx-request') === 'true') return c.body(null, 401, { 'hx-refresh': 'true' })
  return c.redirect(signInPath(pathAndQuery(c)), 303)
}

function pathAndQuery(c: AppContext): string {
  const { pathname, search } = new URL(c.req.url)
  return pathname + search
}

/** And back to the page: what was sent to it has to be sent again, for a form is not kept. */
function sendToProof(c: AppContext): Response {
  const from = c.req.method === 'GET' ? pathAndQuery(c) : ownReferrer(c)
  return c.redirect(`/me/prove?next=${encodeURIComponent(localPathOr(from, '/'))}`, 303)
}

/** The page of this box that the form was on; its browser says so, and our referrer policy lets it. */
function ownReferrer(c: AppContext): string | undefined {
  const referrer = c.req.header('referer')
  if (referrer === undefined || !URL.canParse(referrer)) return undefined
  const { host, pathname, search } = new URL(referrer)
  return host === c.req.header('host') ? pathname + search : undefined
}
