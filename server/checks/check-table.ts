import { sql } from 'kysely'
import { type PackId, parsePackId } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { livePackStates, mappingStates, type PackNumber, type PackState, packKindNumbers, packStates } from '../packs/pack.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { PlacesSum } from './places-sum.ts'
import type { ProvedPack } from './plan-reading.ts'

export interface CheckedPack {
  readonly pack: PackNumber
  readonly packId: PackId
  readonly kind: 'data' | 'tree'
  readonly state: PackState
  readonly sizeBytes: number
  readonly provedAt: number
}

/** Packs whose files must be there. */
const presentStates = (['stored', 'condemned', 'damaged', 'missing'] as const).map((name) => packStates[name])
const liveStates = livePackStates.map((name) => packStates[name])
const stateNames = Object.fromEntries(
  Object.entries(packStates).map(([name, number]) => [number, name as PackState]),
) as Readonly<Record<number, PackState>>

export async function listCheckedPacks(
  db: Queryable,
  page: { readonly repositoryId: RepositoryId; readonly after: PackNumber; readonly limit: number },
): Promise<readonly CheckedPack[]> {
  const rows = await db
    .selectFrom('packs')
    .select(['id', 'pack_id', 'kind', 'state', 'size_bytes', 'proved_at'])
    .where('repository_id', '=', page.repositoryId)
    .where('state', 'in', presentStates)
    .where('id', '>', page.after)
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.map((row) => ({
    pack: row.id,
    packId: parsePackId(row.pack_id.toString('hex')),
    kind: row.kind === packKindNumbers.tree ? 'tree' : 'data',
    state: stateNames[row.state]!,
    sizeBytes: row.size_bytes,
    provedAt: row.proved_at,
  }))
}

const provedPerPage = 5000

/** Live packs that were opened before, the longest ago first. */
export async function* listProvedPacks(db: Queryable, repositoryId: RepositoryId): AsyncGenerator<ProvedPack> {
  for (let after = { provedAt: 0, pack: Number.MAX_SAFE_INTEGER }; ; ) {
    const { provedAt, pack } = after
    const rows = await db
      .selectFrom('packs')
      .select(['id', 'size_bytes', 'proved_at'])
      .where('repository_id', '=', repositoryId)
      .where('state', 'in', liveStates)
      .where((where) =>
        where.or([where('proved_at', '>', provedAt), where.and([where('proved_at', '=', provedAt), where('id', '>', pack)])]),
      )
      .orderBy('proved_at')
      .orderBy('id')
      .limit(provedPerPage)
      .execute()
    for (const row of rows) yield { pack: row.id, sizeBytes: row.size_bytes, provedAt: row.proved_at }
    const last = rows.at(-1)
    if (last === undefined || rows.length < provedPerPage) return
    after = { provedAt: last.proved_at, pack: last.id }
  }
}

/** Those that were never opened stay so: their records' rows are still to be judged. */
export async function renewProof(
  db: Queryable,
  proof: { readonly packs: readonly PackNumber[]; readonly at: number },
): Promise<void> {
  if (proof.packs.length === 0) return
  await db
    .updateTable('packs')
    .set({ proved_at: proof.at })
    .where(
      'id',
      'in',
      proof.packs.toSorted((a, b) => a - b),
    )
    .where('proved_at', '>', 0)
    .execute()
}

export async function sumCheckedPacks(
  db: Queryable,
  repositoryId: RepositoryId,
): Promise<{ readonly packs: number; readonly bytes: number }> {
  const row = await db
    .selectFrom('packs')
    .select(({ fn }) => [fn.countAll<number>().as('packs'), fn.sum<number | null>('size_bytes').as('bytes')])
    .where('repository_id', '=', repositoryId)
    .where('state', 'in', presentStates)
    .executeTakeFirstOrThrow()
  return { packs: row.packs, bytes: row.bytes ?? 0 }
}

/** What the rows of each pack come to (places-sum.ts): one pass over the table, and nothing but sums leaves the database. */
export async function sumPlaces(db: Queryable, repositoryId: RepositoryId): Promise<ReadonlyMap<PackNumber, PlacesSum>> {
  const { rows } = await sql<{ readonly pack: PackNumber; readonly count: number; readonly xor: number | string }>`
    SELECT pack, COUNT(*) AS count, BIT_XOR(CRC32(CONCAT(chunk_id, ':', record_offset, ':', record_length))) AS \`xor\`
    FROM chunks WHERE repository_id = ${repositoryId} GROUP BY pack`.execute(db)
  return new Map(rows.map(({ pack, count, xor }) => [pack, { count, xor: Number(xor) }]))
}

/** Records that an earlier check found bad. */
export async function listBadChunks(
  db: Queryable,
  repositoryId: RepositoryId,
): Promise<readonly { readonly pack: PackNumber; readonly chunkId: Buffer }[]> {
  const rows = await db
    .selectFrom('chunks')
    .select(['pack', 'chunk_id'])
    .where('repository_id', '=', repositoryId)
    .where('state', '=', mappingStates.bad)
    .limit(maxBadChunksRead)
    .execute()
  return rows.map((row) => ({ pack: row.pack, chunkId: row.chunk_id }))
}

const maxBadChunksRead = 1_000_000
