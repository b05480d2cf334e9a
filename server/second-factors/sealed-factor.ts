/** The secret of a second factor under the box key: whoever reads the database alone makes no codes. */
import type { Queryable } from '../database/database.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { sealSecret, unsealSecret } from '../repositories/sealed-secret.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { listSealedFactors, replaceSealedFactor } from './second-factors-table.ts'

/** Of no repository; bound to its user. */
const contextOf = (userId: Id<'usr'>) => ({ purpose: 'second-factor', uid: Buffer.alloc(16), slotId: userId }) as const

export function sealFactor(masterKey: Buffer, secret: Buffer, userId: Id<'usr'>, randomness: Randomness): Buffer {
  return sealSecret(masterKey, secret, contextOf(userId), randomness)
}

/** Undefined under another master key: then only a recovery code opens. */
export function findSealedFactor(masterKey: Buffer, sealed: Buffer, userId: Id<'usr'>): Buffer | undefined {
  try {
    return unsealSecret(masterKey, sealed, contextOf(userId))
  } catch (error) {
    if (error instanceof RepositoryError && error.fault === 'secret-damaged') return undefined
    throw error
  }
}

const factorsPerPage = 200

/** Within the change of the box key. */
export async function rewriteFactors(
  db: Queryable,
  keys: { readonly masterKey: Buffer; readonly nextKey: Buffer; readonly randomness: Randomness },
): Promise<void> {
  let after = ''
  for (;;) {
    const page = await listSealedFactors(db, { after, limit: factorsPerPage })
    for (const { userId, sealedSecret } of page) {
      const secret = findSealedFactor(keys.masterKey, sealedSecret, userId)
      if (secret !== undefined) await replaceSealedFactor(db, userId, sealFactor(keys.nextKey, secret, userId, keys.randomness))
      after = userId
    }
    if (page.length < factorsPerPage) return
  }
}
