/**
 * Makes the rows of notes what their files say: after a crash between the two, a failed COMMIT, or an index made again from the files.
 * A file that does not open says nothing: where the row still has the words, the file is written anew from them.
 */
import type { RepositorySecrets, SnapshotId } from '../../engine/index.ts'
import { snapshotName } from '../commits/snapshot-files.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Device } from '../devices/device.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { RepositoryWriting } from '../retention/repository-writing.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { publicSnapshotId } from '../snapshots/snapshot.ts'
import { listSnapshotIdsOfDevice } from '../snapshots/snapshots-table.ts'
import { writeBeside } from '../snapshots/version-marks.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { listNoteFiles, type NoteFile, openNote, sealNote } from './note-files.ts'
import { deleteNote, listNotedFiles, type NotedFile, putNote } from './version-notes-table.ts'

export interface NotesToReconcile {
  readonly database: Database
  readonly randomness: Randomness
  readonly openSecrets: OpenSecrets
  readonly reached: ReachedPoint
}

export type DeviceOfNotes = Pick<Device, 'deviceId'>

/** Returns how many notes differed. Whoever calls has seen that the disk is the right one. */
export async function reconcileNotes(
  device: DeviceOfNotes,
  repository: Repository,
  { place, write }: Pick<RepositoryWriting, 'place' | 'write'>,
  options: NotesToReconcile,
): Promise<number> {
  const { database, reached } = options
  const files = await listNoteFiles(place, device.deviceId)
  if (files === undefined) return 0
  if (differing(files, await listNotedFiles(database.kysely, device.deviceId)).length === 0) return 0
  // Before the lock, as it may read a file: what cannot be opened leaves everything as it is.
  const secrets = await options.openSecrets(repository)
  return database.transaction(async (tx) => {
    await lockRepository(tx, repository.repositoryId)
    const [now, rows] = [(await listNoteFiles(place, device.deviceId)) ?? files, await listNotedFiles(tx, device.deviceId)]
    const versions = await listSnapshotIdsOfDevice(tx, device.deviceId)
    const found = differing(now, rows).filter((id) => versions.has(id))
    for (const id of found) {
      const [file, row] = [now.get(id), rows.get(id)]
      const healed = await settle(tx, { id, file, row, secrets })
      if (healed === undefined) continue
      const { note, seq } = healed
      const salt = options.randomness.bytes(saltBytes)
      const body = { version: id, name: note.name, note: note.note, writtenMs: note.at, by: note.by }
      const { bytes, hash } = sealNote(secrets, body, salt)
      const name = snapshotName({ ...device, seq, snapshotId: id })
      await write(() => writeBeside(place, name, { suffix: 'note', bytes, reached }))
      await putNote(tx, note, hash)
    }
    reached('mark:before-commit')
    return found.length
  })
}

export const saltBytes = 32

function differing(files: ReadonlyMap<SnapshotId, NoteFile>, rows: ReadonlyMap<SnapshotId, NotedFile>): readonly SnapshotId[] {
  const ids = new Set([...files.keys(), ...rows.keys()])
  return [...ids].filter((id) => {
    const [file, row] = [files.get(id), rows.get(id)]
    return file === undefined || row === undefined || !file.hash.equals(row.fileHash)
  })
}

/** Returns the row whose file must be written anew. */
async function settle(
  tx: Transaction,
  of: {
    readonly id: SnapshotId
    readonly file: NoteFile | undefined
    readonly row: NotedFile | undefined
    readonly secrets: RepositorySecrets
  },
): Promise<NotedFile | undefined> {
  const { id, file, row, secrets } = of
  const version = publicSnapshotId(id)
  if (file === undefined) {
    await deleteNote(tx, version)
    return undefined
  }
  const said = openNote(secrets, file)
  if (said === undefined) return row
  await putNote(tx, { version, name: said.name, note: said.note, at: said.writtenMs, by: said.by }, file.hash)
  return undefined
}
