// A `.note` file: one sealed record of type note, and nothing behind it. It says which version it is about, so that one that was put
// beside another version is told from a right one.

import type { RepositoryKeys } from '../crypto/keys.ts'
import { encodeNoteBody, type NoteBody, notePlaintextMaxBytes, readNoteBody } from '../format/note-body.ts'
import { recordBytes } from '../format/record-header.ts'
import { FormatError } from '../model/errors.ts'
import type { SnapshotId } from '../model/ids.ts'
import { recordTypes } from '../model/record-type.ts'
import { openRecord, sealedBytesMax, sealRecord } from './record.ts'

export const noteSuffix = '.note'
/** The largest file that can be a note. */
export const noteFileMaxBytes = sealedBytesMax(notePlaintextMaxBytes, 0)

/** `salt`: 32 fresh random bytes. */
export function encodeNoteFile(keys: RepositoryKeys, note: NoteBody, salt: Buffer): Buffer {
  const plaintext = encodeNoteBody(note)
  const chunkId = keys.chunkId(recordTypes.note, plaintext)
  return sealRecord(keys, { type: recordTypes.note, chunkId, plaintext, refs: [], compression: 'default', salt })
}

/** @throws FormatError `note-damaged` when it is no note, or one of another version; as `openRecord` */
export function readNoteFile(bytes: Buffer, keys: RepositoryKeys, version: SnapshotId): NoteBody {
  if (bytes.length > noteFileMaxBytes) throw new FormatError('limit-exceeded', `a note of ${bytes.length} bytes`)
  const { header, plaintext } = openRecord(bytes, keys)
  if (header.type !== recordTypes.note || recordBytes(header) !== bytes.length)
    throw new FormatError('note-damaged', 'a file of a note holds something else')
  const note = readNoteBody(plaintext)
  if (note.version !== version) throw new FormatError('note-damaged', 'a note stands beside another version than its own')
  return note
}
