import { type Generated, type Selectable, sql } from 'kysely'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { encodeVersionPath, findVersionPath } from '../snapshots/version-path.ts'
import type { DownloadShare, ListedShare, Share, ShareKind, UploadShare } from './share.ts'

export interface ShareRow {
  readonly id: Id<'shr'>
  readonly customer_id: Id<'cus'>
  readonly kind: ShareKind
  readonly token_hash: Buffer
  readonly title: string
  readonly message: string | null
  readonly note: string | null
  readonly password_hash: string | null
  readonly created_by: Id<'usr'>
  readonly created_by_name: string
  readonly created_at: number
  readonly expires_at: number
  readonly revoked_at: number | null
  readonly revoked_by: string | null
  readonly looks: Generated<number>
  readonly used_at: number | null
  readonly snapshot: Id<'snap'> | null
  readonly paths: string | null
  readonly downloads_max: number | null
  readonly downloads: Generated<number>
  readonly device_id: Id<'dev'> | null
  readonly job: string | null
  readonly bytes_max: number | null
  readonly files_max: number | null
  readonly received_bytes: Generated<number>
  readonly received_files: Generated<number>
  readonly uploads: Generated<number>
  readonly lost_bytes: Generated<number>
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly shares: ShareRow
  }
}

/** Of the permission `shares:write` (http/permissions.ts). */
const sharingRoles = ['owner', 'member'] as const

/** The top of a version has no name: a line of its own would be empty. */
const topLine = '/'

export async function insertShare(tx: Transaction, share: Share, tokenHash: Uint8Array): Promise<void> {
  const part = share.kind === 'download' ? downloadColumns(share) : uploadColumns(share)
  await tx
    .insertInto('shares')
    .values({
      id: share.shareId,
      customer_id: share.customerId,
      kind: share.kind,
      token_hash: Buffer.from(tokenHash),
      title: share.title,
      message: share.message ?? null,
      note: share.note ?? null,
      password_hash: share.passwordHash ?? null,
      created_by: share.createdBy.userId,
      created_by_name: share.createdBy.name,
      created_at: share.createdAt,
      expires_at: share.expiresAt,
      revoked_at: null,
      revoked_by: null,
      used_at: null,
      ...part,
    })
    .execute()
}

function downloadColumns(share: DownloadShare) {
  return {
    snapshot: share.version,
    paths: share.paths.map((path) => encodeVersionPath(path) || topLine).join('\n'),
    downloads_max: share.downloadsMax ?? null,
    device_id: null,
    job: null,
    bytes_max: null,
    files_max: null,
  }
}

function uploadColumns(share: UploadShare) {
  return {
    snapshot: null,
    paths: null,
    downloads_max: null,
    device_id: share.deviceId,
    job: share.job,
    bytes_max: share.bytesMax,
    files_max: share.filesMax,
  }
}

export async function findShare(db: Queryable, shareId: Id<'shr'>): Promise<Share | undefined> {
  const row = await db.selectFrom('shares').selectAll().where('id', '=', shareId).executeTakeFirst()
  return row && toShare(row)
}

export async function findShareLocked(tx: Transaction, shareId: Id<'shr'>): Promise<Share | undefined> {
  const row = await tx.selectFrom('shares').selectAll().where('id', '=', shareId).forUpdate().executeTakeFirst()
  return row && toShare(row)
}

export async function findShareByToken(
  db: Queryable,
  of: { readonly kind: ShareKind; readonly tokenHash: Uint8Array },
): Promise<Share | undefined> {
  const query = db
    .selectFrom('shares')
    .selectAll()
    .where('token_hash', '=', Buffer.from(of.tokenHash))
    .where('kind', '=', of.kind)
  const row = await query.executeTakeFirst()
  return row && toShare(row)
}

/** The newest first. `before`: of one that was made then, with that id. */
export async function listSharesOfCustomer(
  db: Queryable,
  page: {
    readonly customerId: Id<'cus'>
    readonly before: { readonly createdAt: number; readonly shareId: Id<'shr'> } | undefined
    readonly limit: number
  },
): Promise<readonly ListedShare[]> {
  const { customerId, before, limit } = page
  let query = selectListed(db).where('customer_id', '=', customerId)
  if (before !== undefined)
    query = query.where(({ or, eb, and }) =>
      or([
        eb('created_at', '<', before.createdAt),
        and([eb('created_at', '=', before.createdAt), eb('id', '<', before.shareId)]),
      ]),
    )
  const rows = await query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(toListed)
}

/** Those that have not ended, and whose makers do not belong to their customer any more, or may only look now. */
export async function listSharesOfFormer(
  db: Queryable,
  of: { readonly customerId: Id<'cus'>; readonly nowMs: number },
): Promise<readonly ListedShare[]> {
  const stillShares = db
    .selectFrom('memberships')
    .select('user_id')
    .where('memberships.customer_id', '=', of.customerId)
    .where('role', 'in', sharingRoles)
  const rows = await selectListed(db)
    .where('customer_id', '=', of.customerId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', of.nowMs)
    .where('created_by', 'not in', stillShares)
    .execute()
  return rows.map(toListed)
}

export async function listSharesAfter(
  db: Queryable,
  page: { readonly reach: CustomerReach; readonly after: string | undefined; readonly limit: number },
): Promise<readonly ListedShare[]> {
  const { reach, after, limit } = page
  if (reach !== 'all' && reach.length === 0) return []
  let query = selectListed(db).orderBy('id').limit(limit)
  if (reach !== 'all') query = query.where('customer_id', 'in', reach)
  if (after !== undefined) query = query.where('id', '>', after as Id<'shr'>)
  return (await query.execute()).map(toListed)
}

/** Links that have not ended, beside this one. */
export async function countOpenShares(
  db: Queryable,
  beside: { readonly customerId: Id<'cus'>; readonly shareId: Id<'shr'>; readonly nowMs: number },
): Promise<number> {
  const row = await db
    .selectFrom('shares')
    .select(({ fn }) => fn.countAll<number>().as('open'))
    .where('customer_id', '=', beside.customerId)
    .where('id', '!=', beside.shareId)
    .where('revoked_at', 'is', null)
    .where('expires_at', '>', beside.nowMs)
    .executeTakeFirstOrThrow()
  return row.open
}

/** Names of places in an inbox: those of its links, and those where something lies, though the link is long gone. */
export async function listPlacesOfInbox(db: Queryable, deviceId: Id<'dev'>): Promise<readonly string[]> {
  const ofLinks = db.selectFrom('shares').select('job as name').where('device_id', '=', deviceId).where('job', 'is not', null)
  const rows = await ofLinks.union(db.selectFrom('jobs').select('name').where('device_id', '=', deviceId)).execute()
  return rows.flatMap(({ name }) => name ?? [])
}

/** False: somebody was quicker. */
export async function revokeShare(
  db: Queryable,
  of: { readonly shareId: Id<'shr'>; readonly at: number; readonly by: string },
): Promise<boolean> {
  const result = await db
    .updateTable('shares')
    .set({ revoked_at: of.at, revoked_by: of.by })
    .where('id', '=', of.shareId)
    .where('revoked_at', 'is', null)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

export async function updateShare(db: Queryable, share: Share): Promise<void> {
  await db
    .updateTable('shares')
    .set({
      note: share.note ?? null,
      expires_at: share.expiresAt,
      password_hash: share.passwordHash ?? null,
      downloads_max: (share.kind === 'download' ? share.downloadsMax : undefined) ?? null,
    })
    .where('id', '=', share.shareId)
    .execute()
}

/** Of those that would work longer, or take more, than is allowed from now on. How many were cut down. */
export async function cutDownShares(
  db: Queryable,
  { nowMs, untilMs, bytesMax }: { readonly nowMs: number; readonly untilMs: number; readonly bytesMax: number },
): Promise<{ readonly shortened: number; readonly smaller: number }> {
  const working = db.updateTable('shares').where('revoked_at', 'is', null).where('expires_at', '>', nowMs)
  const smaller = await working.set({ bytes_max: bytesMax }).where('bytes_max', '>', bytesMax).executeTakeFirstOrThrow()
  const shortened = await working.set({ expires_at: untilMs }).where('expires_at', '>', untilMs).executeTakeFirstOrThrow()
  return { shortened: Number(shortened.numUpdatedRows), smaller: Number(smaller.numUpdatedRows) }
}

export async function countLook(
  db: Queryable,
  shareId: Id<'shr'>,
  { at, looks }: { readonly at: number; readonly looks: 0 | 1 },
): Promise<void> {
  await db
    .updateTable('shares')
    .set({ looks: sql`looks + ${looks}`, used_at: at })
    .where('id', '=', shareId)
    .execute()
}

/** False: none is left, and nothing was counted. */
export async function countDownload(db: Queryable, shareId: Id<'shr'>, at: number): Promise<boolean> {
  const result = await db
    .updateTable('shares')
    .set({ downloads: sql`downloads + 1`, used_at: at })
    .where('id', '=', shareId)
    .where(({ or, eb, ref }) => or([eb('downloads_max', 'is', null), eb('downloads', '<', ref('downloads_max'))]))
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

/** False: it would be more than the link takes, or it was withdrawn, and nothing was counted. */
export async function countUpload(
  db: Queryable,
  shareId: Id<'shr'>,
  received: { readonly files: number; readonly bytes: number; readonly at: number },
): Promise<boolean> {
  const { files, bytes, at } = received
  const result = await db
    .updateTable('shares')
    .set({
      uploads: sql`uploads + 1`,
      received_files: sql`received_files + ${files}`,
      received_bytes: sql`received_bytes + ${bytes}`,
      used_at: at,
    })
    .where('id', '=', shareId)
    .where('revoked_at', 'is', null)
    .where(sql<boolean>`received_files + ${files} <= files_max`)
    .where(sql<boolean>`received_bytes + ${bytes} <= bytes_max`)
    .executeTakeFirstOrThrow()
  return result.numUpdatedRows === 1n
}

/** Nothing came after all. */
export async function uncountUpload(
  db: Queryable,
  shareId: Id<'shr'>,
  received: { readonly files: number; readonly bytes: number },
): Promise<void> {
  await db
    .updateTable('shares')
    .set({
      uploads: sql`uploads - 1`,
      received_files: sql`received_files - ${received.files}`,
      received_bytes: sql`received_bytes - ${received.bytes}`,
    })
    .where('id', '=', shareId)
    .execute()
}

/** Stored for nothing. */
export async function addLostBytes(db: Queryable, shareId: Id<'shr'>, bytes: number): Promise<void> {
  if (bytes === 0) return
  await db
    .updateTable('shares')
    .set({ lost_bytes: sql`lost_bytes + ${bytes}` })
    .where('id', '=', shareId)
    .execute()
}

/** Links that ended before then, with all that hangs on them. How many went: less than the limit means that no more are left. */
export async function deleteSharesEndedBefore(db: Queryable, atMs: number, limit: number): Promise<number> {
  const result = await db
    .deleteFrom('shares')
    .where(({ or, eb }) => or([eb('expires_at', '<', atMs), eb('revoked_at', '<', atMs)]))
    .orderBy('id')
    .limit(limit)
    .executeTakeFirstOrThrow()
  return Number(result.numDeletedRows)
}

/** Of versions that links lead to, those that are there and that no owner has deleted. */
export async function listVersionsThere(db: Queryable, versions: readonly Id<'snap'>[]): Promise<ReadonlySet<Id<'snap'>>> {
  if (versions.length === 0) return new Set()
  const rows = await db
    .selectFrom('snapshots')
    .leftJoin('version_bin', 'version_bin.snapshot', 'snapshots.id')
    .select(['snapshots.id', 'version_bin.cause'])
    .where('snapshots.id', 'in', versions)
    .execute()
  return new Set(rows.filter(({ cause }) => cause !== 'person').map(({ id }) => id))
}

/** Whether it lies in the bin, for whatever reason; undefined: it is not there at all. */
export async function findBinned(db: Queryable, version: Id<'snap'>): Promise<boolean | undefined> {
  const row = await db
    .selectFrom('snapshots')
    .leftJoin('version_bin', 'version_bin.snapshot', 'snapshots.id')
    .select(['snapshots.id', 'version_bin.at'])
    .where('snapshots.id', '=', version)
    .executeTakeFirst()
  return row && row.at !== null
}

function toShare(row: ShareRowRead): Share {
  const lines = (row.paths ?? '').split('\n')
  const listed = toListed({ ...row, paths_count: lines.length })
  if (listed.kind === 'upload') return listed
  const paths = lines.flatMap((line) => {
    const path = line === '' ? undefined : findVersionPath(line)
    return path === undefined ? [] : [path]
  })
  return { ...listed, paths }
}

const listedColumns = [
  'id',
  'customer_id',
  'kind',
  'title',
  'message',
  'note',
  'password_hash',
  'created_by',
  'created_by_name',
  'created_at',
  'expires_at',
  'revoked_at',
  'revoked_by',
  'looks',
  'used_at',
  'snapshot',
  'downloads_max',
  'downloads',
  'device_id',
  'job',
  'bytes_max',
  'files_max',
  'received_bytes',
  'received_files',
  'uploads',
  'lost_bytes',
] as const

/** Paths are counted where they lie: a page of links may have megabytes of them. */
function selectListed(db: Queryable) {
  const count = sql<number>`COALESCE(LENGTH(paths) - LENGTH(REPLACE(paths, '\n', '')) + 1, 0)`
  return db.selectFrom('shares').select(listedColumns).select(count.as('paths_count'))
}

function toListed(row: ListedRowRead): ListedShare {
  const facts = {
    shareId: row.id,
    customerId: row.customer_id,
    title: row.title,
    message: row.message ?? undefined,
    note: row.note ?? undefined,
    passwordHash: row.password_hash ?? undefined,
    createdBy: { userId: row.created_by, name: row.created_by_name },
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    revoked: row.revoked_at === null ? undefined : { at: row.revoked_at, by: row.revoked_by ?? '' },
    looks: row.looks,
    usedAt: row.used_at ?? undefined,
  }
  if (row.kind === 'upload')
    return {
      ...facts,
      kind: 'upload',
      deviceId: row.device_id ?? ('' as Id<'dev'>),
      job: row.job ?? '',
      bytesMax: row.bytes_max ?? 0,
      filesMax: row.files_max ?? 0,
      receivedBytes: row.received_bytes,
      receivedFiles: row.received_files,
      uploads: row.uploads,
      lostBytes: row.lost_bytes,
    }
  return {
    ...facts,
    kind: 'download',
    version: row.snapshot ?? ('' as Id<'snap'>),
    pathsCount: row.paths_count,
    downloadsMax: row.downloads_max ?? undefined,
    downloads: row.downloads,
  }
}

type ShareRowRead = Selectable<ShareRow>
type ListedRowRead = Omit<ShareRowRead, 'token_hash' | 'paths'> & { readonly paths_count: number }
