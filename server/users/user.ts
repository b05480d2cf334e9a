import type { Membership } from '../customers/membership.ts'
import type { Id } from '../runtime/ids.ts'
import { foldText, parseDisplayText } from '../text/display-text.ts'
import type { StaffRole } from './staff-role.ts'
import { UserError } from './user-error.ts'

export interface UserIdentity {
  readonly userId: Id<'usr'>
  readonly email: string
  readonly name: string
  readonly staffRole: StaffRole | undefined
  readonly memberships: readonly Membership[]
}

export interface User extends UserIdentity {
  readonly createdAt: number
}

export const maxEmailCharacters = 254
export const maxUserNameCharacters = 200

export interface Email {
  readonly address: string
  /** By which logins are found; unique. */
  readonly folded: string
}

// One @, no spaces or quotes, a dot-separated host. Whether mail arrives there only a letter can tell.
const emailPattern = /^[^\s@<>"'(),:;\\[\]]{1,64}@[\p{L}\p{N}](?:[\p{L}\p{N}.-]{0,251}[\p{L}\p{N}])?$/u

export function findEmail(text: string): Email | undefined {
  if (text.length > maxEmailCharacters * 2) return undefined
  const address = text.normalize('NFC').trim()
  if (address.length > maxEmailCharacters || !emailPattern.test(address) || /[\p{Cc}]/u.test(address)) return undefined
  const folded = foldText(address)
  return folded.length > maxEmailCharacters ? undefined : { address, folded }
}

export function parseEmail(text: string): Email {
  const email = findEmail(text)
  if (email === undefined) throw new UserError('invalid-email', 'This is not a mail address such as helen@office.example.')
  return email
}

export function parseUserName(text: string): string {
  const name = parseDisplayText(text, { maxCharacters: maxUserNameCharacters })
  if (name === undefined) {
    throw new UserError('invalid-name', `A name has 1 to ${maxUserNameCharacters} characters, all on one line.`)
  }
  return name
}
