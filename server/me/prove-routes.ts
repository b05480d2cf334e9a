/** Showing once more who one is, and on to what asked for it. */
import { z } from 'zod'
import { provePage } from '../../views/pages/prove.ts'
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { localPathOr } from '../http/local-path.ts'
import { newRoutes } from '../http/new-routes.ts'
import { problemDocument } from '../http/problem.ts'
import type { SecondFactors } from '../second-factors/second-factors-service.ts'
import type { SessionsService } from '../sessions/sessions-service.ts'
import { signInProblem } from '../sessions/sign-in-problem.ts'
import { getSession } from './own-viewer.ts'

export function proveRoutes(options: {
  readonly sessions: SessionsService
  readonly secondFactors: Pick<SecondFactors, 'isOn'>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { sessions, secondFactors, clientOf, pageContext } = options
  const routes = newRoutes()

  const show = async (c: AppContext, next: string, problem?: string) => {
    const { user } = getSession(c)
    const asks = (await secondFactors.isOn(user.userId)) ? 'code' : 'password'
    return provePage({ ...pageContext(c), email: user.email, next, asks, ...(problem === undefined ? {} : { problem }) })
  }

  routes.get('/me/prove', async (c) => c.html(await show(c, localPathOr(c.req.query('next'), '/'))))
  routes.post('/me/prove', async (c) => {
    const form = await readForm(c, z.object({ proof: z.string(), next: z.string().optional() }))
    const next = localPathOr(form.next, '/')
    const proof = await sessions.prove(getSession(c), form.proof, clientOf(c).address)
    if (proof.kind === 'proved') return c.redirect(next, 303)
    const problem = signInProblem(proof)
    const { status, detail } = problemDocument(problem, c.var.requestId)
    for (const [name, value] of Object.entries(problem.options.headers ?? {})) c.header(name, value)
    const words = proof.kind === 'wrong-password' ? 'This is not your password.' : detail
    return c.html(await show(c, next, words), status as 401)
  })

  return routes
}
