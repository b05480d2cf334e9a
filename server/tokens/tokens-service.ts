import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { findUser } from '../users/users-table.ts'
import { hashBearerSecret, newBearerSecret } from './bearer-secret.ts'
import { apiTokenPrefix, type TokenIdentity } from './token.ts'
import type { TokenScope } from './token-scope.ts'
import * as table from './tokens-table.ts'

export interface TokenRequest {
  readonly userId: Id<'usr'>
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
  readonly create: (request: TokenRequest, actingAs: ActingAs) => Promise<CreatedToken>
  /** Whose token this is; undefined for one that never was, has expired, or whose user is gone. */
  readonly find: (secret: string) => Promise<TokenIdentity | undefined>
}

/** "Last used" is for people who tidy up; a write per request would be waste. */
const lastUseResolutionMs = 60_000

export function createTokensService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
}): TokensService {
  const { database, clock, randomness } = options
  return {
    create: async ({ userId, scopes, lifetimeMs }, actingAs) => {
      const nowMs = clock.now()
      const secret = newBearerSecret(randomness, apiTokenPrefix)
      const tokenId = newId('tok', randomness)
      const expiresAt = lifetimeMs === undefined ? undefined : nowMs + lifetimeMs
      await database.transaction(async (transaction) => {
        const token = { tokenId, userId, scopes: [...new Set(scopes)], createdAt: nowMs, expiresAt, lastUsedAt: undefined }
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
