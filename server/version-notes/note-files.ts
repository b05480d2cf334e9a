/** The `.note` files of a computer's versions, and what their rows must be when the two differ. */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import {
  deriveKeys,
  encodeNoteFile,
  FormatError,
  type NoteBody,
  noteFileMaxBytes,
  type RepositorySecrets,
  readNoteFile,
  type SnapshotId,
} from '../../engine/index.ts'
import type { SnapshotName } from '../commits/snapshot-files.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { besideFile, listMarks } from '../snapshots/version-marks.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'

export interface NoteFile {
  readonly name: SnapshotName
  readonly bytes: Buffer
  readonly hash: Buffer
}

/** Undefined: there is no such folder, which says nothing about what somebody wrote. */
export async function listNoteFiles(
  place: RepositoryPlace,
  folder: string,
): Promise<ReadonlyMap<SnapshotId, NoteFile> | undefined> {
  const marks = await listMarks(place, folder)
  if (marks === undefined) return undefined
  const files = new Map<SnapshotId, NoteFile>()
  for (const name of marks.note.values()) {
    const bytes = await readBounded(besideFile(place, name, 'note'))
    if (bytes !== undefined) files.set(name.id, { name, bytes, hash: hashOf(bytes) })
  }
  return files
}

export function sealNote(
  secrets: RepositorySecrets,
  note: NoteBody,
  salt: Buffer,
): { readonly bytes: Buffer; readonly hash: Buffer } {
  const bytes = encodeNoteFile(deriveKeys(secrets), note, salt)
  return { bytes, hash: hashOf(bytes) }
}

/** Undefined: it is damaged, or stands beside another version than its own. */
export function openNote(secrets: RepositorySecrets, { bytes, name }: NoteFile): NoteBody | undefined {
  try {
    return readNoteFile(bytes, deriveKeys(secrets), name.id)
  } catch (error) {
    if (error instanceof FormatError) return undefined
    throw error
  }
}

/** What is too long for a note is read to one byte more: enough to be called damaged. */
async function readBounded(path: string): Promise<Buffer | undefined> {
  try {
    await using file = await open(path, 'r')
    const buffer = Buffer.alloc(noteFileMaxBytes + 1)
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0)
    return Buffer.from(buffer.subarray(0, bytesRead))
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}

function hashOf(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
