import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { parseDisplayText } from '../text/display-text.ts'
import { findUser } from '../users/users-table.ts'
import { hashBearerSecret, newBearerSecret } from './bearer-secret.ts'
import { apiTokenPrefix, type TokenIdentity } from './token.ts'
import { TokenError } from './token-error.ts'
import type { TokenScope } from './token-scope.ts'
import type { StoredToken } from './tokens-table.ts'
import * as table from './tokens-table.ts'

export interface TokenRequest {
  readonly userId: Id<'usr'>
  /** What it is for; those made on the box need not say. */
  readonly name?: string
  readonly scopes: readonly TokenScope[]
  /** Undefined: until it is withdrawn. */
  readonly lifetimeMs: number | undefined
}

export interface CreatedToken {
  /** Shown once; only its hash is kept. */
  readonly secret: string
  readonly tokenId: Id<'tok'>
  readonly expiresAt: number | undefined
}

export interface TokensService {
  /** @throws TokenError */
  readonly create: (request: TokenRequest, actingAs: ActingAs) => Promise<CreatedToken>
  /** Whose token this is; undefined for one that never was, has expired, or whose user is gone. */
  readonly find: (secret: string) => Promise<TokenIdentity | undefined>
  readonly list: (userId: Id<'usr'>) => Promise<readonly StoredToken[]>
  /** False: this user has no such token. */
  readonly revoke: (of: { readonly userId: Id<'usr'>; readonly tokenId: Id<'tok'> }, actingAs: ActingAs) => Promise<boolean>
}

export const maxTokenNameCharacters = 100
/** More than anybody looks after. */
const maxTokensPerUser = 100

/** "Last used" is for people who tidy up; a write per request would be waste. */
const lastUseResolutionMs = 60_000

export function createTokensService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
}): TokensService {
  const { database, clock, randomness } = options
  return {
    list: (userId) => table.listTokensOfUser(database.kysely, userId, maxTokensPerUser),
    revoke: ({ userId, tokenId }, actingAs) =>
      database.transaction(async (transaction) => {
        const isRevoked = await table.deleteTokenOf(transaction, userId, tokenId)
        const entry = { at: clock.now(), action: 'token.revoked', objectId: tokenId, detail: { userId } } as const
        if (isRevoked) await insertAudit(transaction, { ...actingAs, ...entry })
        return isRevoked
      }),
    create: async ({ userId, name, scopes, lifetimeMs }, actingAs) => {
      const checkedName = name === undefined ? '' : parseTokenName(name)
      if (scopes.length === 0) throw new TokenError('no-scope', 'A token that may do nothing is none: tick what it may.')
      if ((await table.listTokensOfUser(database.kysely, userId, maxTokensPerUser)).length >= maxTokensPerUser)
        throw new TokenError('too-many', `A login has at most ${maxTokensPerUser} tokens. Withdraw those that nobody uses.`)
      const nowMs = clock.now()
      const secret = newBearerSecret(randomness, apiTokenPrefix)
      const tokenId = newId('tok', randomness)
      const expiresAt = lifetimeMs === undefined ? undefined : nowMs + lifetimeMs
      await database.transaction(async (transaction) => {
        const token = {
          tokenId,
          userId,
          scopes: [...new Set(scopes)],
          createdAt: nowMs,
          expiresAt,
          lastUsedAt: undefined,
          name: checkedName,
        }
        await table.insertToken(transaction, { ...token, secretHash: hashBearerSecret(secret) })
        const entry = { at: nowMs, action: 'token.created', objectId: tokenId } as const
        await insertAudit(transaction, { ...actingAs, ...entry, detail: { userId, scopes: scopes.join(' ') } })
      })
      return { secret, tokenId, expiresAt }
    },
    find: async (secret) => {
      const nowMs = clock.now()
      const token = await table.findToken(database.kysely, hashBearerSecret(secret))
      if (token === undefined || (token.expiresAt !== undefined && token.expiresAt <= nowMs)) return undefined
      const user = await findUser(database.kysely, token.userId)
      if (user === undefined) return undefined
      if (nowMs - (token.lastUsedAt ?? 0) >= lastUseResolutionMs) {
        await table.setTokenUsed(database.kysely, token.tokenId, nowMs)
      }
      return { tokenId: token.tokenId, scopes: token.scopes, user }
    },
  }
}

function parseTokenName(text: string): string {
  const name = parseDisplayText(text, { maxCharacters: maxTokenNameCharacters })
  if (name !== undefined) return name
  throw new TokenError('invalid-name', `Say in 1 to ${maxTokenNameCharacters} characters, on one line, what it is for.`)
}
