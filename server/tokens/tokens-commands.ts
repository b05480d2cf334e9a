import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand, UsageError } from '../cli/command.ts'
import { formatTime } from '../http/api-schemas.ts'
import { UserError } from '../users/user-error.ts'
import { findLifetime } from './token-lifetime.ts'
import { isTokenScope, type TokenScope, tokenScopes } from './token-scope.ts'

const scopeNames = tokenScopes.join(', ')

/** `holdfast token create`: prints the token once, for scripts. */
export const tokenCreateCommand = defineCommand({
  name: 'token create',
  options: [
    { name: 'user', value: 'E', isRequired: true, about: 'mail address of the login for whom the token acts' },
    { name: 'scope', value: 'S', isRequired: true, isRepeatable: true, about: `${scopeNames}; repeat it for several` },
    { name: 'expires', value: 'TIME', about: '90d, 12h, or never (90d unless given)' },
  ],
  about: 'The token is printed once and stored nowhere. Send it as "Authorization: Bearer hft_…".',
  input: z.object({ user: z.string(), scopes: z.array(z.string()), expires: z.string() }),
  prepare: ({ given }) => ({
    user: String(given.user),
    scopes: [given.scope ?? []].flat().map(String),
    expires: String(given.expires ?? '90d'),
  }),
  run: async ({ user: email, scopes, expires }, { services }) => {
    const lifetime = findLifetime(expires)
    if (lifetime === undefined) throw new UsageError(`--expires ${expires} is not a time such as 90d, 12h or never.`)
    const checkedScopes = parseScopes(scopes)
    const user = await services.users.findByEmail(email)
    if (user === undefined) throw new UserError('not-found', `There is no login ${email}.`)
    const request = { userId: user.userId, scopes: checkedScopes, lifetimeMs: lifetime.ms }
    const token = await services.tokens.create(request, actingOnTheBox)
    const expiresAt = token.expiresAt === undefined ? null : formatTime(token.expiresAt)
    return { result: { id: token.tokenId, token: token.secret, user: user.email, scopes: checkedScopes, expiresAt } }
  },
  present: ({ token }) => ({ text: token }),
})

function parseScopes(texts: readonly string[]): readonly TokenScope[] {
  // `--scope read,files` is understood too.
  const scopes = texts.flatMap((text) => text.split(',')).map((text) => text.trim())
  const wrong = scopes.find((scope) => !isTokenScope(scope))
  if (wrong !== undefined) throw new UsageError(`--scope ${wrong} is none of ${scopeNames}.`)
  return scopes.filter(isTokenScope)
}
