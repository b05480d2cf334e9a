/**
 * A letter: a mail from the box to one person, in words and numbers; how it looks is the template's business. Whoever has something to
 * say composes one by a pure function in views/letters/ and posts it in the transaction of what it tells. It is sent by the outbox.
 */
import type { Letter } from '../../views/letters/letter.ts'
import { findEmail } from '../users/user.ts'

export type { Letter } from '../../views/letters/letter.ts'

export interface Recipient {
  readonly email: string
  readonly name: string
}

export const maxSubjectCharacters = 200
export const maxLetterBytes = 256 * 1024

/** A letter that may be posted: its lines are lines, and it goes to an address. */
export interface PreparedLetter {
  readonly to: Recipient
  readonly letter: Letter
}

/** @throws LetterError `invalid-recipient`, `too-large` */
export function prepareLetter(to: Recipient, letter: Letter): PreparedLetter {
  const email = findEmail(to.email)
  if (email === undefined) throw new LetterError('invalid-recipient', 'A letter goes to a mail address.')
  const prepared = {
    to: { email: email.address, name: oneLine(to.name, maxNameCharacters) },
    letter: { ...letter, subject: oneLine(letter.subject, maxSubjectCharacters) },
  }
  if (Buffer.byteLength(JSON.stringify(prepared)) > maxLetterBytes)
    throw new LetterError('too-large', `A letter holds at most ${maxLetterBytes} bytes.`)
  return prepared
}

const maxNameCharacters = 200
// What ends a header line, and what makes one address look like another.
const breaking = /[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu

/** Names and titles that people typed, fit for a line of a mail's head: no injection, no end of line. */
export function oneLine(text: string, maxCharacters: number): string {
  const characters = [...text.replace(breaking, ' ').replace(/\s+/gu, ' ').trim()]
  return characters.length <= maxCharacters ? characters.join('') : `${characters.slice(0, maxCharacters - 1).join('')}…`
}

export const letterFaults = ['invalid-recipient', 'too-large'] as const
export type LetterFault = (typeof letterFaults)[number]

export class LetterError extends Error {
  override readonly name = 'LetterError'
  readonly fault: LetterFault

  constructor(fault: LetterFault, message: string) {
    super(message)
    this.fault = fault
  }
}
