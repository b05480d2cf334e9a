/** Signing in and out in the browser. */
import { codePage } from '../../views/pages/code.ts'
import { signInPage } from '../../views/pages/signin.ts'
import type { PageContext } from '../../views/site.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { localPathOr } from '../http/local-path.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem, problemDocument } from '../http/problem.ts'
import type { SetupService } from '../setup/setup-service.ts'
import { codeFormSchema, signInFormSchema } from './credentials-schema.ts'
import type { SessionCookie } from './session-cookie.ts'
import type { SessionsService } from './sessions-service.ts'
import { signInProblem } from './sign-in-problem.ts'

export function sessionsRoutes(options: {
  readonly sessions: SessionsService
  readonly setup: SetupService
  readonly cookie: SessionCookie
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { sessions, setup, cookie, clientOf, pageContext } = options
  const routes = newRoutes()

  routes.get('/signin', async (c) => {
    const next = localPathOr(c.req.query('next'), '/')
    if (c.var.session !== undefined) return c.redirect(next, 303)
    if (!(await setup.isDone())) throw new Problem('HF-SETUP-NEEDED')
    const said = saidWords[c.req.query('said') ?? '']
    return c.html(await signInPage({ ...pageContext(c), next, ...(said === undefined ? {} : { said }) }))
  })

  routes.post('/signin', async (c) => {
    const form = await readForm(c, signInFormSchema)
    const next = localPathOr(form.next, '/')
    const browser = { userAgent: c.req.header('user-agent') ?? '', isLasting: form.stay !== undefined }
    const credentials = { email: form.email, password: form.password, address: clientOf(c).address }
    const signIn = await sessions.signIn(credentials, browser)
    if (signIn.kind === 'otp-needed') {
      const ticket = sessions.holdSignIn(signIn.user, browser)
      return c.html(await codePage({ ...pageContext(c), ticket, next }))
    }
    if (signIn.kind !== 'signed-in') return againWith(c, signInProblem(signIn), { email: form.email, next })
    // Whoever was signed in here before is not any more.
    if (c.var.session !== undefined) await sessions.signOut(c.var.session, credentials.address)
    cookie.set(c, signIn)
    return c.redirect(next, 303)
  })

  routes.post('/signin/code', async (c) => {
    const form = await readForm(c, codeFormSchema)
    const next = localPathOr(form.next, '/')
    const browser = { userAgent: c.req.header('user-agent') ?? '', address: clientOf(c).address }
    const signIn = await sessions.signInWithCode(form, browser)
    if (signIn.kind === 'too-late')
      return c.html(await signInPage({ ...pageContext(c), next, problem: 'That took a while. Please begin again.' }), 401)
    if (signIn.kind !== 'signed-in') {
      const problem = answerWith(c, signInProblem(signIn))
      return c.html(await codePage({ ...pageContext(c), ticket: form.ticket, next, problem: problem.words }), problem.status)
    }
    if (c.var.session !== undefined) await sessions.signOut(c.var.session, browser.address)
    cookie.set(c, signIn)
    return c.redirect(next, 303)
  })

  routes.post('/signout', async (c) => {
    if (c.var.session !== undefined) await sessions.signOut(c.var.session, clientOf(c).address)
    cookie.clear(c)
    return c.redirect('/signin', 303)
  })

  async function againWith(c: AppContext, problem: Problem, form: { readonly email: string; readonly next: string }) {
    const { status, words } = answerWith(c, problem)
    return c.html(await signInPage({ ...pageContext(c), ...form, problem: words }), status)
  }

  return routes
}

/** After a link out of a letter. */
const saidWords: Readonly<Record<string, string | undefined>> = {
  password: 'Your new password is set. Sign in with it.',
  address: 'Your mail address is changed. Sign in with the new one.',
}

/** A problem that is shown in the form it arose from, with its status and headers. */
function answerWith(c: AppContext, problem: Problem): { readonly status: 401; readonly words: string } {
  const { status, detail, hint, code } = problemDocument(problem, c.var.requestId)
  for (const [name, value] of Object.entries(problem.options.headers ?? {})) c.header(name, value)
  return { status: status as 401, words: code === 'HF-OTP-WRONG' ? `${detail} ${hint}` : detail }
}
