/** A forgotten password, and where the links of letters about one's own login lead. */
import { z } from 'zod'
import { linkEndedPage } from '../../views/pages/link-ended.ts'
import { type ResetPageProps, resetPage } from '../../views/pages/reset.ts'
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { problemDocument } from '../http/problem.ts'
import { throttledProblem } from '../sessions/sign-in-problem.ts'
import type { Attempts } from '../users/attempts.ts'
import type { OwnLogin } from '../users/own-login-service.ts'
import { UserError } from '../users/user-error.ts'
import type { PasswordResets } from './password-reset-service.ts'

const maxShownCharacters = 254

export function mailedLinkRoutes(options: {
  readonly passwordResets: PasswordResets
  readonly ownLogin: OwnLogin
  readonly attempts: Attempts
  readonly isMailSetUp: () => Promise<boolean>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { passwordResets, ownLogin, attempts, isMailSetUp, clientOf, pageContext } = options
  const routes = newRoutes()

  const show = (c: AppContext, step: ResetPageProps['step']) => resetPage({ ...pageContext(c), step })
  const showEnded = async (c: AppContext, what: keyof typeof endedWords) =>
    c.html(await linkEndedPage({ ...pageContext(c), ...endedWords[what] }), 410)

  routes.get('/reset', async (c) => c.html(await show(c, { kind: (await isMailSetUp()) ? 'ask' : 'no-letters' })))
  routes.post('/reset', async (c) => {
    const email = (await readForm(c, z.object({ email: z.string() }))).email.slice(0, maxShownCharacters)
    if (!(await isMailSetUp())) return c.html(await show(c, { kind: 'no-letters' }))
    const asked = await passwordResets.ask(email, clientOf(c).address)
    if (asked.kind === 'asked') return c.html(await show(c, { kind: 'asked', email }))
    const problem = throttledProblem(asked.retryAfterMs)
    for (const [name, value] of Object.entries(problem.options.headers ?? {})) c.header(name, value)
    return c.html(await show(c, { kind: 'ask', email, problem: problemDocument(problem, '').detail }), 429)
  })

  routes.get('/reset/new', async (c) => {
    const token = c.req.query('token') ?? ''
    const user = await passwordResets.find(token)
    return user === undefined ? showEnded(c, 'password') : c.html(await show(c, { kind: 'new', token, email: user.email }))
  })
  routes.post('/reset/new', async (c) => {
    const { token, password } = await readForm(c, z.object({ token: z.string(), password: z.string() }))
    const attempt = attempts.take('link', { login: '', address: clientOf(c).address })
    if (attempt.kind === 'throttled') throw throttledProblem(attempt.retryAfterMs)
    try {
      if (!(await passwordResets.reset(token, password, clientOf(c).address))) return showEnded(c, 'password')
      return c.redirect('/signin?said=password', 303)
    } catch (error) {
      const user = await passwordResets.find(token)
      if (!(error instanceof UserError) || error.fault !== 'weak-password' || user === undefined) throw error
      return c.html(await show(c, { kind: 'new', token, email: user.email, problem: error.message }), 422)
    }
  })

  routes.get('/mail-address', async (c) => {
    const token = c.req.query('token') ?? ''
    const email = await ownLogin.findAddressLink(token)
    return email === undefined ? showEnded(c, 'address') : c.html(await show(c, { kind: 'address', token, email }))
  })
  routes.post('/mail-address', async (c) => {
    const { token } = await readForm(c, z.object({ token: z.string() }))
    const isDone = await ownLogin.confirmAddress(token, clientOf(c).address)
    if (!isDone) return showEnded(c, 'address')
    return c.redirect(c.var.session === undefined ? '/signin?said=address' : '/me?said=address', 303)
  })

  return routes
}

const endedWords = {
  password: {
    title: 'This link does not work any more.',
    words:
      'It works once, for one hour, and only until a newer one is sent. Your password is as it was, unless you changed it with it.',
    action: { label: 'Ask for another one', path: '/reset' },
  },
  address: {
    title: 'This link does not work any more.',
    words: 'It works once, for one day, and only until a newer one is sent. If you used it, you sign in with the new address.',
    action: { label: 'To my sign-in', path: '/me' },
  },
} as const
