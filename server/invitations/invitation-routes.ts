/** Where the link of an invitation leads: for people who have a login, and for those who get one by it. */
import { z } from 'zod'
import { type InvitationPageProps, invitationPage } from '../../views/pages/invitation.ts'
import { linkEndedPage } from '../../views/pages/link-ended.ts'
import type { PageContext } from '../../views/site.ts'
import type { AccountCookie } from '../accounts/account-cookie.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { memberChoices, staffChoices } from '../members/role-choices.ts'
import type { SessionCookie } from '../sessions/session-cookie.ts'
import type { SessionsService } from '../sessions/sessions-service.ts'
import { throttledProblem } from '../sessions/sign-in-problem.ts'
import type { Attempts } from '../users/attempts.ts'
import { findEmail } from '../users/user.ts'
import { UserError } from '../users/user-error.ts'
import { type InvitationStanding, standingOfInvitation } from './invitation.ts'
import { InvitationError } from './invitation-error.ts'
import { type InvitationsService, invitationPath, type OpenedInvitation } from './invitations-service.ts'

const acceptSchema = z.object({ token: z.string(), name: z.string().optional(), password: z.string().optional() })

export function invitationRoutes(options: {
  readonly invitations: InvitationsService
  readonly sessions: SessionsService
  readonly attempts: Attempts
  readonly cookie: SessionCookie
  readonly accountCookie: AccountCookie
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { invitations, sessions, attempts, cookie, accountCookie, clientOf, pageContext } = options
  const routes = newRoutes()

  const showEnded = async (c: AppContext, standing: InvitationStanding | 'unknown') =>
    c.html(await linkEndedPage({ ...pageContext(c), ...endedWords[standing === 'open' ? 'unknown' : standing] }), 410)

  const showStep = async (c: AppContext, token: string, opened: OpenedInvitation, step: InvitationPageProps['step']) => {
    const { byName, email, expiresAt } = opened.invitation
    const page = { ...pageContext(c), token, byName, email, expiresAtMs: expiresAt, asWhat: asWhat(opened), step }
    const isRefused = (step.kind === 'new' && Object.keys(step.problems).length > 0) || (step.kind === 'accept' && step.problem)
    return c.html(await invitationPage(page), isRefused ? 422 : 200)
  }

  const stepFor = (c: AppContext, token: string, opened: OpenedInvitation): InvitationPageProps['step'] => {
    const user = c.var.session?.user
    if (user === undefined)
      return opened.hasLogin ? { kind: 'sign-in', path: invitationPath(token) } : { kind: 'new', problems: {} }
    return isInvited(user.email, opened) ? { kind: 'accept' } : { kind: 'other-login', signedInAs: user.email }
  }

  const openLink = async (c: AppContext, token: string) => {
    const opened = await invitations.open(token)
    if (opened === undefined) return { kind: 'unknown' } as const
    const standing = standingOfInvitation(opened.invitation, pageContext(c).reader.nowMs)
    return standing === 'open' ? ({ kind: 'open', opened } as const) : ({ kind: standing } as const)
  }

  routes.get('/invitation', async (c) => {
    const token = c.req.query('token') ?? ''
    const link = await openLink(c, token)
    if (link.kind !== 'open') return showEnded(c, link.kind)
    return showStep(c, token, link.opened, stepFor(c, token, link.opened))
  })

  routes.post('/invitation', async (c) => {
    const { token, name = '', password = '' } = await readForm(c, acceptSchema)
    const { address } = clientOf(c)
    const attempt = attempts.take('link', { login: '', address })
    if (attempt.kind === 'throttled') throw throttledProblem(attempt.retryAfterMs)
    const link = await openLink(c, token)
    if (link.kind !== 'open') return showEnded(c, link.kind)
    const { opened } = link
    const step = stepFor(c, token, opened)
    if (step.kind === 'sign-in' || step.kind === 'other-login') return showStep(c, token, opened, step)
    try {
      if (step.kind === 'accept' && c.var.session !== undefined) await invitations.accept(token, c.var.session.user, address)
      else {
        const { user } = await invitations.acceptAsNew(token, { name, password }, address)
        const browser = { address, userAgent: c.req.header('user-agent') ?? '', isLasting: false }
        cookie.set(c, await sessions.open(user, browser))
      }
    } catch (error) {
      if (error instanceof InvitationError && error.fault === 'ended') return showEnded(c, 'overtaken')
      return showStep(c, token, opened, { kind: 'new', name, problems: fieldProblems(error) })
    }
    attempt.giveBack()
    const { invited } = opened.invitation
    if (invited.kind === 'member') accountCookie.set(c, invited.customerId)
    return c.redirect('/', 303)
  })

  return routes
}

function isInvited(email: string, { invitation }: OpenedInvitation): boolean {
  return findEmail(email)?.folded === findEmail(invitation.email)?.folded
}

/** What the person can put right in the form; anything else is not theirs. */
function fieldProblems(error: unknown): Partial<Record<'name' | 'password' | 'form', string>> {
  if (!(error instanceof UserError)) throw error
  if (error.fault === 'weak-password') return { password: error.message }
  return error.fault === 'invalid-name' ? { name: error.message } : { form: error.message }
}

function asWhat({ invitation: { invited }, customer }: OpenedInvitation): string {
  const choices = invited.kind === 'staff' ? staffChoices : memberChoices
  const role = choices.find((choice) => choice.role === invited.role)?.name.toLowerCase() ?? invited.role
  const article = /^[aeiou]/.test(role) ? 'an' : 'a'
  return `${article} ${role} of ${customer?.name ?? 'this box'}`
}

const toSignIn = { label: 'To signing in', path: '/signin' }
const askAgain = 'Ask whoever invited you to send it again: that takes them one click.'

const endedWords: Readonly<
  Record<Exclude<InvitationStanding, 'open'> | 'unknown', { title: string; words: string; action: typeof toSignIn }>
> = {
  accepted: {
    title: 'This invitation was accepted.',
    words: 'A link works once. If it was you who accepted it, simply sign in.',
    action: toSignIn,
  },
  expired: { title: 'This invitation is too old.', words: `It worked for seven days. ${askAgain}`, action: toSignIn },
  withdrawn: {
    title: 'This invitation does not work any more.',
    words: `It was withdrawn, or a newer one was sent: look for that in your mail. ${askAgain}`,
    action: toSignIn,
  },
  overtaken: {
    title: 'This invitation does not work any more.',
    words: 'The account has an owner by now, who lets people in. Ask that person for an invitation.',
    action: toSignIn,
  },
  unknown: {
    title: 'This link leads nowhere.',
    words: `It may be cut off: mail programs break long lines. Copy the whole of it. If that does not help: ${askAgain.toLowerCase().replace('ask', 'ask')}`,
    action: toSignIn,
  },
}
