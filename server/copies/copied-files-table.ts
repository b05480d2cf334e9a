/** The small files of a copy (keys, versions, marks), and up to when each repository was copied whole. */
import type { RepositoryUid } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

export interface CopiedFileRow {
  readonly copy_id: Id<'cpy'>
  readonly repository_uid: Buffer
  /** As in the repository's folder. */
  readonly name: string
  readonly sha256: Buffer
  readonly size_bytes: number
  readonly copied_observed_ms: number
}

export interface CopiedRepositoryRow {
  readonly copy_id: Id<'cpy'>
  readonly repository_uid: Buffer
  readonly cut_off_at: number
  readonly generation: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly copied_files: CopiedFileRow
    readonly copied_repositories: CopiedRepositoryRow
  }
}

export interface CopiedFile {
  readonly name: string
  readonly sha256: Buffer
  readonly sizeBytes: number
  readonly copiedObservedMs: number
}

export interface FilesOf {
  readonly copyId: Id<'cpy'>
  readonly uid: RepositoryUid
}

const filesPerPage = 5000

/** All of one repository: a few for each version. */
export async function listCopiedFiles(db: Queryable, { copyId, uid }: FilesOf): Promise<ReadonlyMap<string, CopiedFile>> {
  const files = new Map<string, CopiedFile>()
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('copied_files')
      .selectAll()
      .where('copy_id', '=', copyId)
      .where('repository_uid', '=', uid)
      .where('name', '>', after)
      .orderBy('name')
      .limit(filesPerPage)
      .execute()
    for (const row of rows)
      files.set(row.name, {
        name: row.name,
        sha256: row.sha256,
        sizeBytes: row.size_bytes,
        copiedObservedMs: row.copied_observed_ms,
      })
    const last = rows.at(-1)
    if (last === undefined || rows.length < filesPerPage) return files
    after = last.name
  }
}

export async function noteCopiedFile(db: Queryable, { copyId, uid }: FilesOf, file: CopiedFile): Promise<void> {
  const row = { sha256: file.sha256, size_bytes: file.sizeBytes, copied_observed_ms: file.copiedObservedMs }
  await db
    .insertInto('copied_files')
    .values({ copy_id: copyId, repository_uid: uid, name: file.name, ...row })
    .onDuplicateKeyUpdate(row)
    .execute()
}

export async function forgetCopiedFile(db: Queryable, { copyId, uid }: FilesOf, name: string): Promise<void> {
  await db
    .deleteFrom('copied_files')
    .where('copy_id', '=', copyId)
    .where('repository_uid', '=', uid)
    .where('name', '=', name)
    .execute()
}

export async function noteCutOff(
  db: Queryable,
  { copyId, uid }: FilesOf,
  cutOff: { readonly at: number; readonly generation: number },
): Promise<void> {
  const row = { cut_off_at: cutOff.at, generation: cutOff.generation }
  await db
    .insertInto('copied_repositories')
    .values({ copy_id: copyId, repository_uid: uid, ...row })
    .onDuplicateKeyUpdate(row)
    .execute()
}

export async function countCopiedPacks(db: Queryable, { copyId, uid }: FilesOf): Promise<number> {
  const query = db.selectFrom('copied_packs').select(({ fn }) => fn.countAll<number>().as('count'))
  return (await query.where('copy_id', '=', copyId).where('repository_uid', '=', uid).executeTakeFirstOrThrow()).count
}

/** Nothing of it lies in the copy any more. */
export async function forgetCopiedRepository(db: Queryable, { copyId, uid }: FilesOf): Promise<void> {
  for (const table of ['copied_files', 'copied_repositories'] as const)
    await db.deleteFrom(table).where('copy_id', '=', copyId).where('repository_uid', '=', uid).execute()
}
