import type { Id } from '../runtime/ids.ts'
import type { UserIdentity } from '../users/user.ts'
import type { TokenScope } from './token-scope.ts'

/** Starts every API token, so that a leaked one is recognised by people and by scanners. */
export const apiTokenPrefix = 'hft_'

export interface TokenIdentity {
  readonly tokenId: Id<'tok'>
  readonly scopes: readonly TokenScope[]
  readonly user: UserIdentity
}
