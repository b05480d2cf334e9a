import { type Generated, sql } from 'kysely'
import { type PackId, parsePackId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import { type Pack, type PackNumber, type PackState, packKindNumbers, packStates } from './pack.ts'

export interface PackRow {
  readonly id: Generated<PackNumber>
  readonly repository_id: RepositoryId
  readonly pack_id: Buffer
  readonly kind: number
  readonly state: number
  readonly size_bytes: number
  readonly record_bytes: number
  readonly records: number
  readonly claim_seq: number
  readonly session_seq: number
  readonly device_id: Id<'dev'> | null
  readonly received_at: number
  readonly state_at: number
  /** When every record of it was last opened; 0: not since its bytes came. */
  readonly proved_at: Generated<number>
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly packs: PackRow
  }
}

export async function findPack(db: Queryable, repositoryId: RepositoryId, packId: PackId): Promise<Pack | undefined> {
  return toPack(await selectPack(db, repositoryId, packId).executeTakeFirst())
}

/** Holds the row, where there is one, until the transaction ends. */
export async function findPackLocked(tx: Transaction, repositoryId: RepositoryId, packId: PackId): Promise<Pack | undefined> {
  return toPack(await selectPack(tx, repositoryId, packId).forUpdate().executeTakeFirst())
}

export async function insertPack(tx: Transaction, pack: Omit<Pack, 'pack'>): Promise<PackNumber> {
  const result = await tx
    .insertInto('packs')
    .values({
      repository_id: pack.repositoryId,
      pack_id: Buffer.from(pack.packId, 'hex'),
      kind: packKindNumbers[pack.kind],
      state: packStates[pack.state],
      size_bytes: pack.sizeBytes,
      record_bytes: pack.recordBytes,
      records: pack.records,
      claim_seq: pack.claimSeq,
      session_seq: pack.sessionSeq,
      device_id: pack.deviceId ?? null,
      received_at: pack.receivedAt,
      state_at: pack.receivedAt,
    })
    .executeTakeFirstOrThrow()
  return Number(result.insertId)
}

export async function setPackState(
  tx: Transaction,
  change: { readonly pack: PackNumber; readonly state: PackState; readonly nowMs: number },
): Promise<void> {
  await tx
    .updateTable('packs')
    .set({ state: packStates[change.state], state_at: change.nowMs })
    .where('id', '=', change.pack)
    .execute()
}

/** Says that every record of these packs was opened, or with 0 that they must be opened anew. */
export async function setPacksProved(
  db: Queryable,
  proof: { readonly packs: readonly PackNumber[]; readonly at: number },
): Promise<void> {
  for (const packs of slices(proof.packs))
    await db.updateTable('packs').set({ proved_at: proof.at }).where('id', 'in', packs).execute()
}

/** The bytes of a pack that was given up came again: it is whoever's sent it now, and waits for that one's version. */
export async function renewPack(
  tx: Transaction,
  renewal: {
    readonly pack: PackNumber
    readonly sessionSeq: number
    readonly deviceId: Id<'dev'> | undefined
    readonly nowMs: number
  },
): Promise<void> {
  await tx
    .updateTable('packs')
    .set({ session_seq: renewal.sessionSeq, device_id: renewal.deviceId ?? null, received_at: renewal.nowMs })
    .where('id', '=', renewal.pack)
    .execute()
}

const packsPerStatement = 1000

/** Raises the stamps of packs to a session's number and takes condemned ones back. Rows that need neither are not written. */
export async function claimPacks(
  tx: Transaction,
  claim: { readonly packs: readonly PackNumber[]; readonly sessionSeq: number; readonly nowMs: number },
): Promise<void> {
  for (const packs of slices(claim.packs)) {
    await tx
      .updateTable('packs')
      .set({ claim_seq: sql`GREATEST(claim_seq, ${claim.sessionSeq})` })
      .where('id', 'in', packs)
      .where('claim_seq', '<', claim.sessionSeq)
      .execute()
  }
  await restorePacks(tx, claim)
}

/** Takes condemned packs back. */
export async function restorePacks(
  tx: Transaction,
  restoring: { readonly packs: readonly PackNumber[]; readonly nowMs: number },
): Promise<void> {
  for (const packs of slices(restoring.packs)) {
    await tx
      .updateTable('packs')
      .set({ state: packStates.stored, state_at: restoring.nowMs })
      .where('id', 'in', packs)
      .where('state', '=', packStates.condemned)
      .execute()
  }
}

/** The states of packs; those without a row are left out. Locked until the transaction ends. */
export async function listPackStatesLocked(
  tx: Transaction,
  packs: readonly PackNumber[],
): Promise<ReadonlyMap<PackNumber, PackState>> {
  const states = new Map<PackNumber, PackState>()
  for (const numbers of slices(packs)) {
    const rows = await tx.selectFrom('packs').select(['id', 'state']).where('id', 'in', numbers).forUpdate().execute()
    for (const row of rows) states.set(row.id, stateNames[row.state]!)
  }
  return states
}

/** How many records the packs of a repository hold, those that are there twice counted twice. Quick: packs are few. */
export async function sumRecords(db: Queryable, repositoryId: RepositoryId): Promise<number> {
  const row = await db
    .selectFrom('packs')
    .select(({ fn }) => fn.sum<number | null>('records').as('records'))
    .where('repository_id', '=', repositoryId)
    .executeTakeFirstOrThrow()
  return row.records ?? 0
}

const packIdsPerPage = 20_000

/** The ids of all packs of a repository, whatever their state: what a folder's names are compared with. */
export async function listPackIds(db: Queryable, repositoryId: RepositoryId): Promise<ReadonlySet<PackId>> {
  const ids = new Set<PackId>()
  for (let after: Buffer = Buffer.alloc(0); ; ) {
    const rows = await db
      .selectFrom('packs')
      .select('pack_id')
      .where('repository_id', '=', repositoryId)
      .where('pack_id', '>', after)
      .orderBy('pack_id')
      .limit(packIdsPerPage)
      .execute()
    for (const row of rows) ids.add(row.pack_id.toString('hex') as PackId)
    const last = rows.at(-1)
    if (last === undefined) return ids
    after = last.pack_id
  }
}

/** As many ids as a folder of a very large repository has, joined. */
const joinedIdsMaxBytes = 64 * 1024 ** 2
const packIdBytes = 32

/**
 * The ids of a repository's packs, folder by folder (the first byte of the id), whatever their state. A folder's ids come in one Buffer:
 * a row of its own for each of a quarter of a million packs would cost a starting box a second.
 */
export async function visitPackIdsByFolder(
  db: Queryable,
  repositoryId: RepositoryId,
  visit: (folder: { readonly prefix: string; readonly known: ReadonlySet<PackId> }) => Promise<void>,
): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`SET SESSION group_concat_max_len = ${joinedIdsMaxBytes}`.execute(connection)
    for (let first = 0; first <= 0xff; first += 1) {
      const [from, upTo] = [Buffer.alloc(packIdBytes, 0), Buffer.alloc(packIdBytes, 0xff)]
      from[0] = first
      upTo[0] = first
      const { rows } = await sql<{ ids: Buffer | null }>`SELECT GROUP_CONCAT(pack_id SEPARATOR '') AS ids FROM packs
        WHERE repository_id = ${repositoryId} AND pack_id >= ${from} AND pack_id <= ${upTo}`.execute(connection)
      await visit({ prefix: from.toString('hex', 0, 1), known: splitIds(rows[0]?.ids ?? Buffer.alloc(0)) })
    }
  })
}

function splitIds(joined: Buffer): ReadonlySet<PackId> {
  const ids = new Set<PackId>()
  for (let at = 0; at < joined.length; at += packIdBytes) ids.add(joined.toString('hex', at, at + packIdBytes) as PackId)
  return ids
}

/** In order of their numbers, for whoever goes through all of them. */
export async function listPacks(
  db: Queryable,
  page: { readonly repositoryId: RepositoryId; readonly after: PackNumber; readonly limit: number },
): Promise<readonly Pack[]> {
  const rows = await db
    .selectFrom('packs')
    .selectAll()
    .where('repository_id', '=', page.repositoryId)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.flatMap((row) => toPack(row) ?? [])
}

/** In order of their numbers. */
export async function listPacksInStates(
  db: Queryable,
  page: {
    readonly repositoryId: RepositoryId
    readonly states: readonly PackState[]
    readonly after: PackNumber
    readonly limit: number
  },
): Promise<readonly Pack[]> {
  const rows = await db
    .selectFrom('packs')
    .selectAll()
    .where('repository_id', '=', page.repositoryId)
    .where(
      'state',
      'in',
      page.states.map((state) => packStates[state]),
    )
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.flatMap((row) => toPack(row) ?? [])
}

function selectPack(db: Queryable, repositoryId: RepositoryId, packId: PackId) {
  return db
    .selectFrom('packs')
    .selectAll()
    .where('repository_id', '=', repositoryId)
    .where('pack_id', '=', Buffer.from(packId, 'hex'))
}

function* slices(packs: readonly PackNumber[]): Generator<readonly PackNumber[]> {
  // Every transaction locks packs in the same order.
  const sorted = packs.toSorted((a, b) => a - b)
  for (let at = 0; at < sorted.length; at += packsPerStatement) yield sorted.slice(at, at + packsPerStatement)
}

export const stateNames: Readonly<Record<number, PackState>> = Object.fromEntries(
  Object.entries(packStates).map(([name, number]) => [number, name as PackState]),
)

function toPack(row: (Omit<PackRow, 'id' | 'proved_at'> & { readonly id: number }) | undefined): Pack | undefined {
  if (row === undefined) return undefined
  return {
    pack: row.id,
    repositoryId: row.repository_id,
    packId: parsePackId(row.pack_id.toString('hex')),
    kind: row.kind === packKindNumbers.tree ? 'tree' : 'data',
    state: stateNames[row.state]!,
    sizeBytes: row.size_bytes,
    recordBytes: row.record_bytes,
    records: row.records,
    claimSeq: row.claim_seq,
    sessionSeq: row.session_seq,
    deviceId: row.device_id ?? undefined,
    receivedAt: row.received_at,
  }
}
