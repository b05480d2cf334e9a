/**
 * A way in for computers whose user has no login here: a link to click or copy, and a short code to type, for so many computers and so
 * many days, under one plan of one customer. It may be bound to one computer of the customer: then the new one takes its place.
 * Whoever holds it can add a computer and no more. Only hashes are stored.
 */
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'

export interface Enrolment {
  readonly enrolmentId: Id<'enr'>
  readonly customerId: Id<'cus'>
  readonly subscriptionId: Id<'sub'>
  /** The computer whose place is taken. */
  readonly deviceId: Id<'dev'> | undefined
  readonly usesMax: number
  readonly uses: number
  readonly createdBy: { readonly userId: Id<'usr'>; readonly name: string }
  readonly createdAt: number
  readonly expiresAt: number
  readonly revokedAt: number | undefined
}

/** Starts every link's secret, so that a leaked one is recognised. */
export const enrolmentSecretPrefix = 'hfe_'

export const enrolmentDefaults = { usesMax: 1, days: 7 } as const
export const enrolmentLimits = { usesMax: 100, days: 90, openPerCustomer: 100 } as const

export const enrolmentStates = ['open', 'used', 'expired', 'revoked'] as const
export type EnrolmentState = (typeof enrolmentStates)[number]

/** What people decided comes first: a link that was withdrawn says so for good. */
export function enrolmentStateAt(enrolment: Enrolment, nowMs: number): EnrolmentState {
  if (enrolment.revokedAt !== undefined) return 'revoked'
  if (enrolment.uses >= enrolment.usesMax) return 'used'
  return nowMs >= enrolment.expiresAt ? 'expired' : 'open'
}

/**
 * Crockford's base32: no I, L, O, U. 12 signs are 60 bits: with a few guesses a minute, and a week, nobody gets there; a stolen hash
 * takes longer than the code lives.
 */
const codeAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const codeCharacters = 12
const codeGroup = 4

/** `K7QF-2M9X-4TRA` */
export function newEnrolmentCode(randomness: Randomness): string {
  const signs = [...randomness.bytes(codeCharacters)].map((byte) => codeAlphabet[byte & 31])
  return signs.join('').replaceAll(new RegExp(`.{${codeGroup}}(?!$)`, 'g'), '$&-')
}

/** As people type it: small letters, blanks, O for 0, I and L for 1. Undefined for what is no code at all. */
export function findEnrolmentCode(typed: string): string | undefined {
  const signs = typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1')
  return signs.length === codeCharacters && [...signs].every((sign) => codeAlphabet.includes(sign)) ? signs : undefined
}

/** Behind `#`: browsers send that part to nobody, and no log holds it. The pin makes the first contact safe without a question. */
export function enrolmentLink(link: {
  readonly origin: string
  readonly secret: string
  readonly pin: string | undefined
}): string {
  const { origin, secret, pin } = link
  return `${origin}/enrol#${secret}${pin === undefined ? '' : `.${Buffer.from(pin, 'base64').toString('base64url')}`}`
}
