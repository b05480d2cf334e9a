/** My sign-in: name, mail address, password, sessions, tokens. */
import { z } from 'zod'
import { type MePageProps, mePage } from '../../views/pages/me.ts'
import { shownOncePage } from '../../views/pages/shown-once.ts'
import type { PageContext } from '../../views/site.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { actingAsUser } from '../http/acting-as-user.ts'
import type { App, AppContext } from '../http/app-environment.ts'
import type { ClientOf } from '../http/client.ts'
import { readForm } from '../http/form.ts'
import { newRoutes } from '../http/new-routes.ts'
import { Problem, problemDocument } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'
import type { SecondFactors } from '../second-factors/second-factors-service.ts'
import { browserWords } from '../sessions/browser-words.ts'
import { requireRecentProof } from '../sessions/recent-proof.ts'
import type { SessionsService } from '../sessions/sessions-service.ts'
import { signInProblem } from '../sessions/sign-in-problem.ts'
import { TokenError } from '../tokens/token-error.ts'
import { findLifetime } from '../tokens/token-lifetime.ts'
import { isTokenScope, type TokenScope, tokenScopes } from '../tokens/token-scope.ts'
import type { TokensService } from '../tokens/tokens-service.ts'
import type { OwnLogin } from '../users/own-login-service.ts'
import { UserError } from '../users/user-error.ts'
import { getSession, ownViewer } from './own-viewer.ts'

export const mePath = '/me'

const tokenFormSchema = z.object({
  token: z.string(),
  scope: z.union([z.string(), z.array(z.string())]).optional(),
  expires: z.string(),
})

const scopesAbout: Readonly<Record<TokenScope, string>> = {
  read: 'see how everything stands: computers, versions, sizes, alarms',
  files: 'read names and contents of files',
  write: 'change customers, plans, computers and switches',
  shares: 'make and withdraw links for people outside the account',
}

/** What a page may be sent back to with: a closed set, so that no link puts words into it. */
const saidWords = {
  name: 'Your name is changed.',
  address: 'Your mail address is changed.',
  letter: 'A letter went to the new address. It becomes yours when you open the link in it.',
  password: 'Your password is changed, and all other sessions have ended.',
  session: 'That session has ended.',
  others: 'All other sessions have ended.',
  token: 'The token is withdrawn.',
  off: 'Two-factor sign-in is off.',
} as const

export function meRoutes(options: {
  readonly sessions: SessionsService
  readonly tokens: TokensService
  readonly customers: CustomersService
  readonly secondFactors: SecondFactors
  readonly ownLogin: OwnLogin
  readonly isMailSetUp: () => Promise<boolean>
  readonly clientOf: ClientOf
  readonly pageContext: (c: AppContext) => PageContext
}): App {
  const { sessions, tokens, customers, secondFactors, ownLogin, isMailSetUp, clientOf, pageContext } = options
  const routes = newRoutes()

  const show = async (c: AppContext, more: Pick<MePageProps, 'problems' | 'typed'> = {}) => {
    const page = pageContext(c)
    const { user, sessionId } = getSession(c)
    const [factor, listed, owned, isMailThere] = await Promise.all([
      secondFactors.state(user.userId),
      sessions.list(user.userId),
      tokens.list(user.userId),
      isMailSetUp(),
    ])
    const nowMs = page.reader.nowMs
    return c.html(
      await mePage({
        ...page,
        ...more,
        viewer: await ownViewer(c, customers, page.site.host),
        name: user.name,
        email: user.email,
        isMailSetUp: isMailThere,
        secondFactor: { onSinceMs: factor.onSince, codesLeft: factor.codesLeft },
        sessions: listed.map((session) => ({
          path: `/me/sessions/${session.sessionId}/end`,
          browser: browserWords(session.userAgent),
          from: session.address,
          beganAtMs: session.createdAt,
          usedAtMs: Math.max(session.lastUsedAt, session.createdAt),
          isThis: session.sessionId === sessionId,
        })),
        tokens: owned.map((token) => ({
          path: `/me/tokens/${token.tokenId}/withdraw`,
          name: token.name === '' ? 'made on the box' : token.name,
          scopes: token.scopes.join(', '),
          madeAtMs: token.createdAt,
          expiresAtMs: token.expiresAt,
          isExpired: token.expiresAt !== undefined && token.expiresAt <= nowMs,
          usedAtMs: token.lastUsedAt,
        })),
        scopes: tokenScopes.map((name) => ({ name, about: scopesAbout[name] })),
        said: saidOf(c.req.query('said')),
      }),
      more.problems === undefined ? 200 : 422,
    )
  }
  const backSaying = (c: AppContext, said: keyof typeof saidWords) => c.redirect(`${mePath}?said=${said}`, 303)

  routes.get(mePath, (c) => show(c))

  routes.post('/me/name', async (c) => {
    const { name } = await readForm(c, z.object({ name: z.string() }))
    try {
      await ownLogin.rename(getSession(c).user, name, actingAsUser(c, clientOf))
      return backSaying(c, 'name')
    } catch (error) {
      return show(c, { problems: { name: wordsOf(error) }, typed: { name } })
    }
  })

  routes.post('/me/email', async (c) => {
    // Whoever has the address can ask for a new password.
    requireRecentProof(c)
    const { email } = await readForm(c, z.object({ email: z.string() }))
    try {
      const change = await ownLogin.changeAddress(getSession(c).user, email, actingAsUser(c, clientOf))
      return backSaying(c, change.kind === 'changed' ? 'address' : 'letter')
    } catch (error) {
      return show(c, { problems: { email: wordsOf(error) }, typed: { email } })
    }
  })

  routes.post('/me/password', async (c) => {
    const form = await readForm(c, z.object({ current: z.string(), next: z.string() }))
    try {
      const change = await ownLogin.changePassword(getSession(c), form, clientOf(c).address)
      if (change.kind === 'changed') return backSaying(c, 'password')
      const { detail } = problemDocument(signInProblem(change), '')
      return show(c, { problems: { current: change.kind === 'wrong-password' ? 'This is not your password.' : detail } })
    } catch (error) {
      return show(c, { problems: { next: wordsOf(error) } })
    }
  })

  routes.post('/me/sessions/end-others', async (c) => {
    await sessions.endOthers(getSession(c), clientOf(c).address)
    return backSaying(c, 'others')
  })
  routes.post('/me/sessions/:signInId/end', async (c) => {
    const signInId = c.req.param('signInId')
    const isEnded = isId('ses', signInId) && (await sessions.end(getSession(c).user, signInId, clientOf(c).address))
    if (!isEnded) throw new Problem('HF-NOT-FOUND')
    return backSaying(c, 'session')
  })

  routes.post('/me/tokens', async (c) => {
    requireRecentProof(c)
    const form = await readForm(c, tokenFormSchema)
    const lifetime = findLifetime(form.expires)
    if (lifetime === undefined) throw new Problem('HF-VALIDATION', { detail: 'Choose until when the token is good.' })
    const scopes = [form.scope ?? []].flat().filter(isTokenScope)
    const request = { userId: getSession(c).user.userId, name: form.token, scopes, lifetimeMs: lifetime.ms }
    try {
      const token = await tokens.create(request, actingAsUser(c, clientOf))
      const page = pageContext(c)
      return c.html(
        await shownOncePage({
          ...page,
          viewer: await ownViewer(c, customers, page.site.host),
          above: [{ name: 'My sign-in', path: mePath }],
          title: 'Your new token',
          words: 'Copy it now. The box keeps only a fingerprint of it and cannot show it again.',
          secrets: [token.secret],
          after: 'Scripts send it in the header “Authorization: Bearer”. Whoever has it can do what it may do.',
          done: { label: 'I have copied it', path: mePath },
        }),
        201,
      )
    } catch (error) {
      return show(c, { problems: { token: wordsOf(error) }, typed: { token: form.token } })
    }
  })
  routes.post('/me/tokens/:tokenId/withdraw', async (c) => {
    const tokenId = c.req.param('tokenId')
    const { userId } = getSession(c).user
    const isRevoked = isId('tok', tokenId) && (await tokens.revoke({ userId, tokenId }, actingAsUser(c, clientOf)))
    if (!isRevoked) throw new Problem('HF-NOT-FOUND')
    return backSaying(c, 'token')
  })

  return routes
}

function saidOf(said: string | undefined): string | undefined {
  return said !== undefined && Object.hasOwn(saidWords, said) ? saidWords[said as keyof typeof saidWords] : undefined
}

/** What the person at the form can put right; anything else is not theirs. */
function wordsOf(error: unknown): string {
  if ((error instanceof UserError && error.fault !== 'busy') || error instanceof TokenError) return error.message
  throw error
}
