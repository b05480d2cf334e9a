/** What people write about a link, checked. Pure. */
import { parseDisplayText } from '../text/display-text.ts'
import { normalizePassword } from '../users/password-rules.ts'
import { shareLimits } from './share.ts'
import { ShareError } from './share-error.ts'
import type { ShareRules } from './share-rules.ts'

/** Whoever guesses is slowed down to a few hundred tries a day (users/attempts.ts), and the link itself has to be known first. */
export const minSharePasswordCharacters = 8
const maxMessageLines = 20

export function parseTitle(text: string): string {
  const title = parseDisplayText(text, { maxCharacters: shareLimits.titleCharacters })
  if (title !== undefined) return title
  throw new ShareError('invalid', `A title has 1 to ${shareLimits.titleCharacters} characters, all on one line.`, {
    field: 'title',
  })
}

export function parseNote(text: string): string | undefined {
  if (text.trim() === '') return undefined
  const note = parseDisplayText(text, { maxCharacters: shareLimits.noteCharacters })
  if (note !== undefined) return note
  throw new ShareError('invalid', `A note has at most ${shareLimits.noteCharacters} characters, all on one line.`, {
    field: 'note',
  })
}

/** Lines stay lines; each is text like any other. */
export function parseMessage(text: string): string | undefined {
  const lines = text.trim().split(/\r\n|\r|\n/)
  const parsed = lines.map((line) =>
    line.trim() === '' ? '' : parseDisplayText(line, { maxCharacters: shareLimits.messageCharacters }),
  )
  if (!parsed.includes(undefined) && lines.length <= maxMessageLines) {
    const message = parsed.join('\n')
    if ([...message].length <= shareLimits.messageCharacters) return message === '' ? undefined : message
  }
  throw new ShareError(
    'invalid',
    `A message has at most ${shareLimits.messageCharacters} characters in ${maxMessageLines} lines.`,
    { field: 'message' },
  )
}

/** Undefined: none is wanted. */
export function parseSharePassword(typed: string): string | undefined {
  if (typed === '') return undefined
  const password = normalizePassword(typed)
  if (password !== undefined && [...password].length >= minSharePasswordCharacters) return password
  throw new ShareError('invalid', `A password has at least ${minSharePasswordCharacters} characters.`, { field: 'password' })
}

export function demandWithin(
  field: string,
  value: number,
  { max, words }: { readonly max: number; readonly words: string },
): void {
  if (Number.isSafeInteger(value) && value >= 1 && value <= max) return
  throw new ShareError('invalid', words, { field })
}

export function demandDays(days: number, { daysMax }: ShareRules): void {
  demandWithin('days', days, { max: daysMax, words: `A link works for 1 to ${daysMax} days here.` })
}

export function demandDownloads(downloadsMax: number): void {
  const { downloads: max } = shareLimits
  demandWithin('downloads', downloadsMax, { max, words: `The number of downloads is a whole number from 1 to ${max}, or empty.` })
}

export function passwordNeeded(): ShareError {
  return new ShareError('invalid', 'Here every link has a password.', { field: 'password' })
}
