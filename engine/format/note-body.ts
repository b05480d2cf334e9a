// What people wrote about a version: the plaintext of the record in its `.note` file. UTF-8 JSON with the fields below; unknown fields are
// ignored. It names its version: a note that was put beside another one is nobody's.

import { FormatError } from '../model/errors.ts'
import { parseSnapshotId, type SnapshotId } from '../model/ids.ts'

export interface NoteBody {
  readonly version: SnapshotId
  /** One line; empty for none. */
  readonly name: string
  /** Lines; empty for none. */
  readonly note: string
  /** By the clock of whoever keeps the repository. */
  readonly writtenMs: number
  /** A mail address. */
  readonly by: string
}

/** Characters are those of Unicode. */
export const noteNameMaxCharacters = 100
export const noteMaxCharacters = 2000
export const noteByMaxCharacters = 254
/** All fields at their longest, every character escaped. */
export const notePlaintextMaxBytes = 64 * 1024

export function encodeNoteBody({ version, name, note, writtenMs, by }: NoteBody): Buffer {
  return Buffer.from(JSON.stringify({ version, name, note, writtenMs, by }))
}

/** @throws FormatError `note-damaged`, `limit-exceeded` */
export function readNoteBody(plaintext: Buffer): NoteBody {
  if (plaintext.length > notePlaintextMaxBytes) throw new FormatError('limit-exceeded', `a note of ${plaintext.length} bytes`)
  const json = parseObject(plaintext)
  return {
    version: versionId(json.version),
    name: text(json.name, 'name', noteNameMaxCharacters),
    note: text(json.note, 'note', noteMaxCharacters),
    writtenMs: moment(json.writtenMs),
    by: text(json.by, 'by', noteByMaxCharacters),
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function parseObject(plaintext: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(utf8.decode(plaintext))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  } catch (cause) {
    throw new FormatError('note-damaged', 'a note is not JSON', { cause })
  }
  throw new FormatError('note-damaged', 'a note is no object')
}

function text(value: unknown, name: string, maxCharacters: number): string {
  if (typeof value !== 'string') throw wrong(name)
  // Each character takes one unit of UTF-16 or two: only what may be too long is counted.
  if (value.length > maxCharacters && [...value].length > maxCharacters)
    throw new FormatError('limit-exceeded', `a note's field "${name}" has more than ${maxCharacters} characters`)
  return value
}

function moment(value: unknown): number {
  if (!Number.isSafeInteger(value)) throw wrong('writtenMs')
  return value as number
}

function versionId(value: unknown): SnapshotId {
  if (typeof value !== 'string') throw wrong('version')
  try {
    return parseSnapshotId(value)
  } catch {
    throw wrong('version')
  }
}

function wrong(name: string): FormatError {
  return new FormatError('note-damaged', `a note's field "${name}" is missing or of a wrong kind`)
}
