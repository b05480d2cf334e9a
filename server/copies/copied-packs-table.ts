/** Which packs lie in a copy, as far as the box knows: what is pending is asked of it, what may be removed too. */
import { sql } from 'kysely'
import { type PackId, parsePackId, parseRepositoryUid, type RepositoryUid } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { livePackStates, type Pack, type PackNumber, packKindNumbers, packStates } from '../packs/pack.ts'
import type { Repository, RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'

export interface CopiedPackRow {
  readonly copy_id: Id<'cpy'>
  readonly repository_uid: Buffer
  readonly pack_id: Buffer
  readonly kind: number
  readonly size_bytes: number
  readonly copied_at: number
  /** The observed time at which a run first saw that the pack had been purged here; null while it is not. */
  readonly purge_seen_observed_ms: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly copied_packs: CopiedPackRow
  }
}

/** A repository in a copy. */
export interface CopyOf {
  readonly copyId: Id<'cpy'>
  readonly repository: Pick<Repository, 'repositoryId' | 'uid'>
}

export type PackToCopy = Pick<Pack, 'pack' | 'packId' | 'kind' | 'sizeBytes'>
export type CopiedPack = Pick<Pack, 'packId' | 'kind' | 'sizeBytes'>

const live = livePackStates.map((state) => packStates[state])

export async function noteCopied(db: Queryable, { copyId, repository }: CopyOf, pack: CopiedPack, nowMs: number): Promise<void> {
  const { uid } = repository
  const row = { kind: packKindNumbers[pack.kind], size_bytes: pack.sizeBytes, copied_at: nowMs, purge_seen_observed_ms: null }
  await db
    .insertInto('copied_packs')
    .values({ copy_id: copyId, repository_uid: uid, pack_id: bytesOf(pack.packId), ...row })
    .onDuplicateKeyUpdate(row)
    .execute()
}

export async function forgetCopied(
  db: Queryable,
  { copyId, repository }: { readonly copyId: Id<'cpy'>; readonly repository: Pick<Repository, 'uid'> },
  packId: PackId,
): Promise<void> {
  await db
    .deleteFrom('copied_packs')
    .where('copy_id', '=', copyId)
    .where('repository_uid', '=', repository.uid)
    .where('pack_id', '=', bytesOf(packId))
    .execute()
}

/** Live packs that the copy lacks, by their numbers. */
export async function listPending(
  db: Queryable,
  of: CopyOf,
  page: { readonly after: PackNumber; readonly upTo: PackNumber; readonly limit: number },
): Promise<readonly PackToCopy[]> {
  const rows = await selectPending(db, of.copyId)
    .select(['packs.id', 'packs.pack_id', 'packs.kind', 'packs.size_bytes'])
    .where('packs.repository_id', '=', of.repository.repositoryId)
    .where('packs.id', '>', page.after)
    .where('packs.id', '<=', page.upTo)
    .orderBy('packs.id')
    .limit(page.limit)
    .execute()
  return rows.map((row) => ({ pack: row.id, ...toCopied(row) }))
}

export async function sumPending(
  db: Queryable,
  copyId: Id<'cpy'>,
  repositoryId?: RepositoryId,
): Promise<{ readonly packs: number; readonly bytes: number }> {
  let query = selectPending(db, copyId).select(({ fn }) => [
    fn.countAll<number>().as('packs'),
    fn.sum<number | null>('packs.size_bytes').as('bytes'),
  ])
  if (repositoryId !== undefined) query = query.where('packs.repository_id', '=', repositoryId)
  const row = await query.executeTakeFirstOrThrow()
  return { packs: Number(row.packs), bytes: Number(row.bytes ?? 0) }
}

export async function sumCopied(db: Queryable, copyId: Id<'cpy'>): Promise<{ readonly packs: number; readonly bytes: number }> {
  const row = await db
    .selectFrom('copied_packs')
    .select(({ fn }) => [fn.countAll<number>().as('packs'), fn.sum<number | null>('size_bytes').as('bytes')])
    .where('copy_id', '=', copyId)
    .executeTakeFirstOrThrow()
  return { packs: Number(row.packs), bytes: Number(row.bytes ?? 0) }
}

/** The newest number: packs that arrive later are left to the next cut-off. */
export async function newestPack(db: Queryable, repositoryId: RepositoryId): Promise<PackNumber> {
  const row = await db
    .selectFrom('packs')
    .select(({ fn }) => fn.max('id').as('newest'))
    .where('repository_id', '=', repositoryId)
    .executeTakeFirst()
  return Number(row?.newest ?? 0)
}

export interface ListedPack extends CopiedPack {
  readonly isLive: boolean
}

/** Every pack of a repository that the box has a row of, whose id begins with one byte. */
export async function listPacksWithPrefix(
  db: Queryable,
  repositoryId: RepositoryId,
  prefix: number,
): Promise<ReadonlyMap<PackId, ListedPack>> {
  const rows = await db
    .selectFrom('packs')
    .select(['pack_id', 'kind', 'size_bytes', 'state'])
    .where('repository_id', '=', repositoryId)
    .where('pack_id', '>=', firstWith(prefix))
    .where('pack_id', '<=', lastWith(prefix))
    .execute()
  return new Map(rows.map((row) => [idOf(row), { ...toCopied(row), isLive: (live as number[]).includes(row.state) }]))
}

export async function listCopiedWithPrefix(
  db: Queryable,
  { copyId, repository }: CopyOf,
  prefix: number,
): Promise<readonly CopiedPack[]> {
  const rows = await db
    .selectFrom('copied_packs')
    .selectAll()
    .where('copy_id', '=', copyId)
    .where('repository_uid', '=', repository.uid)
    .where('pack_id', '>=', firstWith(prefix))
    .where('pack_id', '<=', lastWith(prefix))
    .orderBy('pack_id')
    .execute()
  return rows.map(toCopied)
}

/** Those after a place, in order of repository and id: what is read back next. */
export async function listCopiedAfter(
  db: Queryable,
  copyId: Id<'cpy'>,
  page: { readonly repository: Buffer | undefined; readonly pack: Buffer | undefined; readonly limit: number },
): Promise<readonly (CopiedPack & { readonly uid: RepositoryUid })[]> {
  const { repository = Buffer.alloc(0), pack = Buffer.alloc(0) } = page
  const rows = await db
    .selectFrom('copied_packs')
    .selectAll()
    .where('copy_id', '=', copyId)
    .where(({ eb, or, and }) =>
      or([eb('repository_uid', '>', repository), and([eb('repository_uid', '=', repository), eb('pack_id', '>', pack)])]),
    )
    .orderBy('repository_uid')
    .orderBy('pack_id')
    .limit(page.limit)
    .execute()
  return rows.map((row) => ({ ...toCopied(row), uid: parseRepositoryUid(row.repository_uid) }))
}

/** Stamps copied packs that were purged here since, and takes the stamp from those that came back. */
export async function stampPurged(db: Queryable, { copyId, repository }: CopyOf, observedMs: number): Promise<void> {
  await sql`UPDATE copied_packs JOIN packs
    ON packs.repository_id = ${repository.repositoryId} AND packs.pack_id = copied_packs.pack_id
    SET copied_packs.purge_seen_observed_ms =
      CASE WHEN packs.state = ${packStates.purged} THEN COALESCE(copied_packs.purge_seen_observed_ms, ${observedMs}) END
    WHERE copied_packs.copy_id = ${copyId} AND copied_packs.repository_uid = ${repository.uid}`.execute(db)
}

/** Copied packs whose purge here is older than both: in the box's time, and in time that the box observed since it was seen. */
export async function listRemovable(
  db: Queryable,
  { copyId, repository }: CopyOf,
  limits: { readonly purgedBefore: number; readonly seenBeforeObservedMs: number; readonly limit: number },
): Promise<readonly CopiedPack[]> {
  const rows = await db
    .selectFrom('copied_packs')
    .innerJoin('packs', (join) =>
      join.onRef('packs.pack_id', '=', 'copied_packs.pack_id').on('packs.repository_id', '=', repository.repositoryId),
    )
    .select(['copied_packs.pack_id', 'copied_packs.kind', 'copied_packs.size_bytes'])
    .where('copied_packs.copy_id', '=', copyId)
    .where('copied_packs.repository_uid', '=', repository.uid)
    .where('copied_packs.purge_seen_observed_ms', '<=', limits.seenBeforeObservedMs)
    .where('packs.state', '=', packStates.purged)
    .where('packs.state_at', '<=', limits.purgedBefore)
    .orderBy('copied_packs.pack_id')
    .limit(limits.limit)
    .execute()
  return rows.map(toCopied)
}

/** Whether the row still says purged. Under the repository's lock: a pack that is just sent again is not forgotten by mistake. */
export async function isPurgedLocked(tx: Transaction, repositoryId: RepositoryId, packId: PackId): Promise<boolean> {
  const row = await tx
    .selectFrom('packs')
    .select('state')
    .where('repository_id', '=', repositoryId)
    .where('pack_id', '=', bytesOf(packId))
    .forUpdate()
    .executeTakeFirst()
  return row?.state === packStates.purged
}

function selectPending(db: Queryable, copyId: Id<'cpy'>) {
  return db
    .selectFrom('packs')
    .innerJoin('repositories', 'repositories.id', 'packs.repository_id')
    .leftJoin('copied_packs', (join) =>
      join
        .on('copied_packs.copy_id', '=', copyId)
        .onRef('copied_packs.repository_uid', '=', 'repositories.uid')
        .onRef('copied_packs.pack_id', '=', 'packs.pack_id'),
    )
    .where('packs.state', 'in', live)
    .where('copied_packs.pack_id', 'is', null)
}

function toCopied(row: { readonly pack_id: Buffer; readonly kind: number; readonly size_bytes: number }): CopiedPack {
  return { packId: idOf(row), kind: row.kind === packKindNumbers.tree ? 'tree' : 'data', sizeBytes: row.size_bytes }
}

const idOf = ({ pack_id: bytes }: { readonly pack_id: Buffer }) => parsePackId(bytes.toString('hex'))
const bytesOf = (packId: PackId) => Buffer.from(packId, 'hex')
const idBytes = 32
const firstWith = (prefix: number) => Buffer.concat([Buffer.of(prefix), Buffer.alloc(idBytes - 1)])
const lastWith = (prefix: number) => Buffer.concat([Buffer.of(prefix), Buffer.alloc(idBytes - 1, 0xff)])
