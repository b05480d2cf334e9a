/**
 * The second factor of a login: a secret that an authenticator holds, and ten codes for the day it is lost. It protects from the moment
 * its owner has shown a code of it. A code opens once; so does a time step.
 */

import { recoveryCodeUsed, secondFactorOff, secondFactorOn } from '../../views/letters/sign-in-letters.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { LettersService } from '../letters/letters-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Attempts } from '../users/attempts.ts'
import type { UserIdentity } from '../users/user.ts'
import { hashRecoveryCode, newRecoveryCodes } from './recovery-codes.ts'
import { findSealedFactor, sealFactor } from './sealed-factor.ts'
import * as table from './second-factors-table.ts'
import { findTotpStep, totpSecretBytes } from './totp.ts'

export interface FactorState {
  /** Since when it protects; undefined: it does not. */
  readonly onSince: number | undefined
  readonly codesLeft: number
  /** Drawn, and waiting for its first code. */
  readonly pendingSecret: Buffer | undefined
}

export type FactorCheck =
  | { readonly kind: 'right' }
  | { readonly kind: 'wrong' }
  | { readonly kind: 'throttled'; readonly retryAfterMs: number }

export type FactorConfirmation =
  | Exclude<FactorCheck, { readonly kind: 'right' }>
  /** The codes are told here and nowhere else. */
  | { readonly kind: 'on'; readonly recoveryCodes: readonly string[] }

type Owner = Pick<UserIdentity, 'userId' | 'email' | 'name'>

export interface SecondFactors {
  readonly isOn: (userId: Id<'usr'>) => Promise<boolean>
  readonly listOwners: (userIds: readonly Id<'usr'>[]) => Promise<ReadonlySet<Id<'usr'>>>
  readonly state: (userId: Id<'usr'>) => Promise<FactorState>
  /** Draws a secret, in the place of one that was not confirmed. Nothing is protected by it yet. */
  readonly begin: (userId: Id<'usr'>) => Promise<void>
  readonly confirm: (owner: Owner, typed: string, actingAs: ActingAs) => Promise<FactorConfirmation>
  /** A code of the authenticator or one of the ten; either is used up by it. */
  readonly check: (owner: Owner, typed: string, address: string) => Promise<FactorCheck>
  readonly renewCodes: (owner: Owner, actingAs: ActingAs) => Promise<readonly string[]>
  readonly turnOff: (owner: Owner, actingAs: ActingAs) => Promise<void>
}

export function createSecondFactors(options: {
  readonly database: Database
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly attempts: Attempts
  readonly letters: LettersService
}): SecondFactors {
  const { database, masterKey, clock, randomness, attempts, letters } = options
  const { kysely } = database

  const isRightStep = async (tx: Transaction, owner: Owner, sealed: Buffer, typed: string): Promise<boolean> => {
    const secret = findSealedFactor(masterKey, sealed, owner.userId)
    const step = secret && findTotpStep(secret, typed, clock.now())
    return step !== undefined && table.useStep(tx, owner.userId, step)
  }

  const useCode = async (tx: Transaction, owner: Owner, typed: string, address: string): Promise<boolean> => {
    const hash = hashRecoveryCode(typed)
    if (hash === undefined || !(await table.useRecoveryCode(tx, owner.userId, hash, clock.now()))) return false
    const codesLeft = await table.countUnusedCodes(tx, owner.userId)
    await note(tx, { actor: actorOf(owner), address }, 'second-factor.code-used', owner, { codesLeft })
    await letters.post(tx, { to: owner, letter: recoveryCodeUsed({ codesLeft, address }) })
    return true
  }

  const note = (
    tx: Transaction,
    actingAs: ActingAs,
    action: 'second-factor.on' | 'second-factor.off' | 'second-factor.code-used' | 'second-factor.codes-renewed',
    owner: Owner,
    detail: Readonly<Record<string, number>> = {},
  ) => insertAudit(tx, { ...actingAs, at: clock.now(), action, objectId: owner.userId, detail })

  const putCodes = async (tx: Transaction, userId: Id<'usr'>): Promise<readonly string[]> => {
    const codes = newRecoveryCodes(randomness)
    await table.replaceRecoveryCodes(
      tx,
      userId,
      codes.flatMap((code) => hashRecoveryCode(code) ?? []),
    )
    return codes
  }

  return {
    isOn: async (userId) => (await table.findFactor(kysely, userId))?.confirmedAt !== undefined,
    listOwners: (userIds) => table.listFactorOwners(kysely, userIds),
    state: async (userId) => {
      const factor = await table.findFactor(kysely, userId)
      const isPending = factor !== undefined && factor.confirmedAt === undefined
      return {
        onSince: factor?.confirmedAt,
        codesLeft: factor?.confirmedAt === undefined ? 0 : await table.countUnusedCodes(kysely, userId),
        pendingSecret: isPending ? findSealedFactor(masterKey, factor.sealedSecret, userId) : undefined,
      }
    },
    begin: async (userId) => {
      const sealedSecret = sealFactor(masterKey, randomness.bytes(totpSecretBytes), userId, randomness)
      await database.transaction((tx) => table.putUnconfirmedFactor(tx, { userId, sealedSecret, madeAt: clock.now() }))
    },
    confirm: async (owner, typed, actingAs) => {
      const attempt = attempts.take('second-factor', { login: owner.userId, address: actingAs.address })
      if (attempt.kind === 'throttled') return attempt
      const recoveryCodes = await database.transaction(async (tx) => {
        const factor = await table.findFactor(tx, owner.userId)
        if (factor === undefined || factor.confirmedAt !== undefined) return undefined
        if (!(await isRightStep(tx, owner, factor.sealedSecret, typed))) return undefined
        if (!(await table.confirmFactor(tx, owner.userId, clock.now()))) return undefined
        await note(tx, actingAs, 'second-factor.on', owner)
        await letters.post(tx, { to: owner, letter: secondFactorOn() })
        return putCodes(tx, owner.userId)
      })
      if (recoveryCodes === undefined) return { kind: 'wrong' }
      attempt.giveBack()
      return { kind: 'on', recoveryCodes }
    },
    check: async (owner, typed, address) => {
      const attempt = attempts.take('second-factor', { login: owner.userId, address })
      if (attempt.kind === 'throttled') return attempt
      const isRight = await database.transaction(async (tx) => {
        const factor = await table.findFactor(tx, owner.userId)
        if (factor?.confirmedAt === undefined) return false
        return (await isRightStep(tx, owner, factor.sealedSecret, typed)) || (await useCode(tx, owner, typed, address))
      })
      if (!isRight) return { kind: 'wrong' }
      attempt.giveBack()
      return { kind: 'right' }
    },
    renewCodes: (owner, actingAs) =>
      database.transaction(async (tx) => {
        await note(tx, actingAs, 'second-factor.codes-renewed', owner)
        return putCodes(tx, owner.userId)
      }),
    turnOff: (owner, actingAs) =>
      database.transaction(async (tx) => {
        const factor = await table.findFactor(tx, owner.userId)
        await table.deleteFactor(tx, owner.userId)
        if (factor?.confirmedAt === undefined) return
        await note(tx, actingAs, 'second-factor.off', owner)
        await letters.post(tx, { to: owner, letter: secondFactorOff() })
      }),
  }
}

function actorOf({ userId, email }: Owner): ActingAs['actor'] {
  return { kind: 'user', userId, email }
}
