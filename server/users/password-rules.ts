/**
 * Which passwords are taken, after NIST SP 800-63B-4: length counts, composition does not; common and obvious ones are refused;
 * every character of Unicode is fine, long ones too. Pure.
 */
import { foldText } from '../text/display-text.ts'
import { UserError } from './user-error.ts'

export const minPasswordCharacters = 12
export const maxPasswordCharacters = 256
/** No text of 256 characters needs more in UTF-8 once normalised: 4 bytes each. */
const maxPasswordBytes = maxPasswordCharacters * 4
const minDistinctCharacters = 5

/** The same password typed on another system must give the same bytes. Undefined: too long to be any password here. */
export function normalizePassword(typed: string): string | undefined {
  if (typed.length > maxPasswordBytes) return undefined
  const password = typed.normalize('NFKC')
  const fits = [...password].length <= maxPasswordCharacters && Buffer.byteLength(password) <= maxPasswordBytes
  return fits ? password : undefined
}

export interface PasswordOwner {
  readonly email: string
  readonly name: string
}

/** The normalised password, or a UserError that says what to do differently. */
export function parseNewPassword(typed: string, owner: PasswordOwner): string {
  const password = normalizePassword(typed)
  if (password === undefined) throw weak(`A password has at most ${maxPasswordCharacters} characters.`)
  if ([...password].length < minPasswordCharacters) throw weak(`A password has at least ${minPasswordCharacters} characters.`)
  const folded = foldText(password)
  if (new Set(folded).size < minDistinctCharacters) throw weak('This password repeats too few different characters.')
  if (isRunOfNeighbours(folded)) throw weak('This password is a plain sequence.')
  if (commonPasswords.has(folded) || commonPasswords.has(withoutTail(folded)))
    throw weak('This password is one of the most common ones.')
  if (isMadeOf(folded, owner)) throw weak('This password is made of the name or the mail address.')
  return password
}

function weak(message: string): UserError {
  return new UserError('weak-password', message)
}

/** `abcdefghijkl`, `987654321098`: each character beside the one before it. */
function isRunOfNeighbours(text: string): boolean {
  const codes = [...text].map((character) => character.codePointAt(0) ?? 0)
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0))
  const neighbours = steps.filter((step) => Math.abs(step) === 1 || Math.abs(step) === 9).length
  return neighbours >= steps.length - 1
}

/** Digits and marks that are hung on a common word to make it longer do not make it uncommon. */
function withoutTail(folded: string): string {
  return folded.replace(/[\d\p{P}\p{S}]+$/u, '')
}

function isMadeOf(folded: string, owner: PasswordOwner): boolean {
  const email = foldText(owner.email)
  const ownWords = [email, email.split('@')[0] ?? '', foldText(owner.name), foldText(owner.name).replaceAll(/\s/gu, '')]
  return ownWords.some((word) => word.length > 2 && (folded === word || withoutTail(folded) === word))
}

/** Long enough to pass, and on every list that attackers start with; words also stand for themselves with digits behind. */
// biome-ignore format: one line per word would be a page of words
const commonPasswords: ReadonlySet<string> = new Set([
  'adminadminadmin', 'administrator', 'backup', 'backupbackup', 'changeme', 'changemenow', 'changemeplease', 'correcthorsebatterystaple',
  'defaultpassword', 'football', 'guestguestguest', 'hellohello', 'holdfast', 'holdfastholdfast', 'iloveyou', 'iloveyouforever',
  'iloveyousomuch', 'letmein', 'letmeinletmein', 'letmeinplease', 'liverpool', 'motherofgod', 'mypassword', 'newpassword', 'opensesame',
  'p@ssw0rd', 'p@ssword', 'passw0rd', 'password', 'passwordpassword', 'princess', 'qazwsxedcrfv', 'qwerty', 'qwertyqwerty', 'qwertyuiop',
  'qwertyuiopas', 'qwertyuiopasdfghjkl', 'qwertzuiop', 'qwertzuiopas', 'rootrootroot', 'secret', 'secretsecret', 'sunshine', 'superman',
  'supersecret', 'testtesttest', 'testpassword', 'thisismypassword', 'trustno1', 'unbelievable', 'verysecret', 'welcome', 'welcomehome',
  'welcomewelcome', 'whatever', 'zaq12wsxcde3', '1q2w3e4r5t6y', '1qaz2wsx3edc', '123qweasdzxc', 'q1w2e3r4t5y6', 'asdfghjkl', 'asdfghjklqwe',
])
