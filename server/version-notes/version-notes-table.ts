import { parseSnapshotId, type SnapshotId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { NamedVersion, VersionNote } from './version-note.ts'

export interface VersionNoteRow {
  readonly snapshot: Id<'snap'>
  readonly name: string
  readonly note: string
  readonly at: number
  readonly by_whom: string
  readonly file_hash: Buffer
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly version_notes: VersionNoteRow
  }
}

export async function putNote(tx: Transaction, { version, name, note, at, by }: VersionNote, fileHash: Buffer): Promise<void> {
  const values = { name, note, at, by_whom: by, file_hash: fileHash }
  await tx
    .insertInto('version_notes')
    .values({ snapshot: version, ...values })
    .onDuplicateKeyUpdate(values)
    .execute()
}

export async function deleteNote(tx: Transaction, version: Id<'snap'>): Promise<void> {
  await tx.deleteFrom('version_notes').where('snapshot', '=', version).execute()
}

/** Those of these versions that have one. */
export async function listNotes(db: Queryable, versions: readonly Id<'snap'>[]): Promise<readonly VersionNote[]> {
  if (versions.length === 0) return []
  return (await db.selectFrom('version_notes').selectAll().where('snapshot', 'in', versions).execute()).map(toNote)
}

export interface NotedFile {
  readonly note: VersionNote
  readonly seq: number
  readonly fileHash: Buffer
}

/** Of all versions of a device, by the ids of their files. */
export async function listNotedFiles(db: Queryable, deviceId: Id<'dev'>): Promise<ReadonlyMap<SnapshotId, NotedFile>> {
  const rows = await db
    .selectFrom('version_notes')
    .innerJoin('snapshots', 'snapshots.id', 'version_notes.snapshot')
    .selectAll('version_notes')
    .select(['snapshots.snapshot_id', 'snapshots.seq'])
    .where('snapshots.device_id', '=', deviceId)
    .execute()
  return new Map(
    rows.map((row) => [
      parseSnapshotId(row.snapshot_id.toString('hex')),
      { note: toNote(row), seq: row.seq, fileHash: row.file_hash },
    ]),
  )
}

/** Of one device, newest version first. */
export async function listNamedVersions(
  db: Queryable,
  page: { readonly deviceId: Id<'dev'>; readonly beforeSeq: number | undefined; readonly limit: number },
): Promise<readonly NamedVersion[]> {
  let query = db
    .selectFrom('version_notes')
    .innerJoin('snapshots', 'snapshots.id', 'version_notes.snapshot')
    .selectAll('version_notes')
    .select('snapshots.seq')
    .where('snapshots.device_id', '=', page.deviceId)
  if (page.beforeSeq !== undefined) query = query.where('snapshots.seq', '<', page.beforeSeq)
  const rows = await query.orderBy('snapshots.seq', 'desc').limit(page.limit).execute()
  return rows.map((row) => ({ ...toNote(row), seq: row.seq }))
}

function toNote({ snapshot, name, note, at, by_whom }: VersionNoteRow): VersionNote {
  return { version: snapshot, name, note, at, by: by_whom }
}
