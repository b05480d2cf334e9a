/**
 * Names and notes of versions: a sealed file, durable, then the row, in one transaction under the repository's lock. A crash in between
 * leaves a file that `reconcile` makes a row of.
 */
import { existsSync } from 'node:fs'
import { goneSuffix } from '../../engine/index.ts'
import { type ActingAs, type AuditAction, actorName } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { snapshotName } from '../commits/snapshot-files.ts'
import type { Database, Transaction } from '../database/database.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import {
  getRepository,
  type RepositoryWriting,
  type RepositoryWritingOptions,
  type WriteInRepository,
} from '../retention/repository-writing.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { findSnapshot } from '../snapshots/snapshots-table.ts'
import { removeMark, writeBeside } from '../snapshots/version-marks.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { sealNote } from './note-files.ts'
import { type DeviceOfNotes, reconcileNotes, saltBytes } from './reconcile-notes.ts'
import {
  isEmpty,
  type NamedVersion,
  type NoteWords,
  noWords,
  parseNoteWords,
  seenOf,
  type VersionNote,
  VersionNoteError,
} from './version-note.ts'
import { deleteNote, listNamedVersions, listNotes, putNote } from './version-notes-table.ts'

export interface VersionNotes {
  /** Of those of these versions that have one. Contents: whoever asks has asked whether the reader may see them. */
  readonly list: (versions: readonly Id<'snap'>[]) => Promise<ReadonlyMap<Id<'snap'>, VersionNote>>
  /** Those of a computer, newest version first. */
  readonly listOfDevice: (page: {
    readonly deviceId: Id<'dev'>
    readonly beforeSeq: number | undefined
    readonly limit: number
  }) => Promise<readonly NamedVersion[]>
  readonly find: (version: Id<'snap'>) => Promise<VersionNote | undefined>
  /**
   * What is absent stays; two empty texts clear it. Throws VersionNoteError `not-found`, `checkpoint`, `ending`, `bad-name`, `bad-note`;
   * `changed` when `seen` (by `seenOf`) is given, other words are there, and these would take their place.
   */
  readonly write: (version: Snapshot, words: NoteChange, actingAs: ActingAs) => Promise<void>
  /** Rows as the files say, for one computer. Returns how many differed. */
  readonly reconcile: ReconcileNotes
}

export interface NoteChange {
  readonly name?: string | undefined
  readonly note?: string | undefined
  readonly seen?: string | undefined
}

export type ReconcileNotes = (
  device: DeviceOfNotes & Pick<Snapshot, 'repositoryId'>,
  writing: Pick<RepositoryWriting, 'place' | 'write'>,
) => Promise<number>

export interface VersionNotesOptions extends RepositoryWritingOptions {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly repositories: Pick<Repositories, 'find' | 'openSecrets'>
  readonly writeIn: WriteInRepository
  readonly reached: ReachedPoint
}

export function createVersionNotes(options: VersionNotesOptions): VersionNotes {
  const { database, clock, randomness, repositories, reached } = options
  const { openSecrets } = repositories
  const { kysely } = database

  const list: VersionNotes['list'] = async (versions) =>
    new Map((await listNotes(kysely, versions)).map((note) => [note.version, note]))

  /** Again under the lock: it may have been forgotten meanwhile. */
  const getNow = async (tx: Transaction, snapshot: Snapshot, { place }: Pick<RepositoryWriting, 'place'>) => {
    await lockRepository(tx, snapshot.repositoryId)
    const version = await findSnapshot(tx, snapshot.id)
    if (version === undefined) throw new VersionNoteError('not-found', 'This version is not there any more.')
    if (version.isCheckpoint)
      throw new VersionNoteError('checkpoint', 'This backup is not finished; only finished ones can be named.')
    if (existsSync(place.snapshotFile(snapshotName(version)) + goneSuffix))
      throw new VersionNoteError('ending', 'This version is just being removed for good.')
    return version
  }

  return {
    list,
    listOfDevice: (page) => listNamedVersions(kysely, page),
    find: async (version) => (await list([version])).get(version),
    write: async (snapshot, change, actingAs) => {
      const secrets = await openSecrets(await getRepository(snapshot.repositoryId, options))
      await options.writeIn(snapshot.repositoryId, ({ place, write }) =>
        database.transaction(async (tx) => {
          const { id, snapshotId, ...version } = await getNow(tx, snapshot, { place })
          const [before = noWords] = await listNotes(tx, [id])
          const words = wordsAfter(before, change)
          const name = snapshotName(snapshot)
          const at = clock.now()
          const by = actorName(actingAs.actor)
          if (isEmpty(words)) {
            await write(() => removeMark(place, name, { kind: 'note', reached }))
            await deleteNote(tx, id)
          } else {
            const body = { version: snapshotId, ...words, writtenMs: at, by }
            const { bytes, hash } = sealNote(secrets, body, randomness.bytes(saltBytes))
            await write(() => writeBeside(place, name, { suffix: 'note', bytes, reached }))
            await putNote(tx, { version: id, ...words, at, by }, hash)
          }
          const action: AuditAction = isEmpty(words) ? 'version.note-cleared' : 'version.noted'
          const detail = { computer: version.deviceId, seq: version.seq }
          await insertAudit(tx, { ...actingAs, at, action, objectId: id, customerId: version.customerId, detail })
          reached('mark:before-commit')
        }),
      )
      reached('mark:committed')
    },
    reconcile: async (device, writing) => {
      const repository = await getRepository(device.repositoryId, options)
      return reconcileNotes(device, repository, writing, { database, randomness, openSecrets, reached })
    },
  }
}

function wordsAfter(before: NoteWords, { name = before.name, note = before.note, seen }: NoteChange): NoteWords {
  const words = parseNoteWords({ name, note })
  const now = seenOf(before)
  if (seen !== undefined && seen !== now && seenOf(words) !== now)
    throw new VersionNoteError('changed', 'Somebody else has written about this version meanwhile.')
  return words
}
