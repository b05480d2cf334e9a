/**
 * What people wrote about a version: a name and a note. They are contents, as names of files are: the customer's people read and write
 * them, staff never by role. The truth is the sealed `.note` file beside the version; the row repeats it, so that pages need no keys.
 */
import { createHash } from 'node:crypto'
import { noteMaxCharacters, noteNameMaxCharacters } from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'
import { parseDisplayLines, parseDisplayText } from '../text/display-text.ts'

export interface NoteWords {
  /** Empty: none. */
  readonly name: string
  readonly note: string
}

export const noWords: NoteWords = { name: '', note: '' }

/** What was there when somebody began to write: a form carries it, so that nobody's words are lost to somebody who did not see them. */
export function seenOf({ name, note }: NoteWords): string {
  return createHash('sha256')
    .update(JSON.stringify([name, note]))
    .digest('hex')
}

export interface VersionNote extends NoteWords {
  readonly version: Id<'snap'>
  readonly at: number
  /** A mail address. */
  readonly by: string
}

/** Among a computer's versions. */
export interface NamedVersion extends VersionNote {
  readonly seq: number
}

export type NoteField = keyof NoteWords

export const versionNoteFaults = ['not-found', 'checkpoint', 'ending', 'changed', 'bad-name', 'bad-note'] as const
export type VersionNoteFault = (typeof versionNoteFaults)[number]

export class VersionNoteError extends Error {
  override readonly name = 'VersionNoteError'
  readonly fault: VersionNoteFault

  constructor(fault: VersionNoteFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** Throws VersionNoteError `bad-name`, `bad-note`. */
export function parseNoteWords({ name, note }: NoteWords): NoteWords {
  const parsedName = name.trim() === '' ? '' : parseDisplayText(name, { maxCharacters: noteNameMaxCharacters })
  if (parsedName === undefined)
    throw new VersionNoteError('bad-name', `A name is one line of at most ${noteNameMaxCharacters} characters.`)
  const parsedNote = parseDisplayLines(note, { maxCharacters: noteMaxCharacters })
  if (parsedNote === undefined)
    throw new VersionNoteError('bad-note', `A note has at most ${noteMaxCharacters} characters, and no control characters.`)
  return { name: parsedName, note: parsedNote }
}

export function isEmpty({ name, note }: NoteWords): boolean {
  return name === '' && note === ''
}
