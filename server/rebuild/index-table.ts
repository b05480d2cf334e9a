/** The rows of packs and chunks, written from what the files say: many at a time, over whatever is there already. */
import { CompiledQuery, type RawBuilder, sql } from 'kysely'
import type { PackId, PackKind } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { mappingStates, type PackNumber, type PackState, packKindNumbers, packStates } from '../packs/pack.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { ChunkColumns } from './record-run.ts'

/** A pack by its file. */
export interface FoundPack {
  readonly packId: PackId
  readonly kind: PackKind
  readonly state: PackState
  readonly sizeBytes: number
  readonly recordBytes: number
  readonly records: number
  readonly receivedAt: number
}

const packsPerStatement = 500

/**
 * Returns the packs' numbers. A row that is there keeps what files do not tell: who sent it, which session was promised it, and that
 * records of it are known to be damaged.
 */
export async function savePacks(
  tx: Transaction,
  saving: { readonly repositoryId: RepositoryId; readonly packs: readonly FoundPack[]; readonly nowMs: number },
): Promise<ReadonlyMap<PackId, PackNumber>> {
  const { repositoryId, packs, nowMs } = saving
  const numbers = new Map<PackId, PackNumber>()
  const sorted = packs.toSorted((a, b) => (a.packId < b.packId ? -1 : 1))
  for (let at = 0; at < sorted.length; at += packsPerStatement) {
    const slice = sorted.slice(at, at + packsPerStatement)
    const columns = slice.map((pack) => ({
      repository_id: repositoryId,
      pack_id: idBytes(pack.packId),
      kind: packKindNumbers[pack.kind],
      state: packStates[pack.state],
      size_bytes: pack.sizeBytes,
      record_bytes: pack.recordBytes,
      records: pack.records,
      claim_seq: 0,
      session_seq: 0,
      device_id: null,
      received_at: pack.receivedAt,
      state_at: nowMs,
    }))
    await tx.insertInto('packs').values(columns).onDuplicateKeyUpdate(changedColumns()).execute()
    const rows = await tx
      .selectFrom('packs')
      .select(['id', 'pack_id'])
      .where('repository_id', '=', repositoryId)
      .where(
        'pack_id',
        'in',
        slice.map(({ packId }) => idBytes(packId)),
      )
      .execute()
    for (const row of rows) numbers.set(row.pack_id.toString('hex') as PackId, row.id)
  }
  return numbers
}

/** Of a row that is there. Assignments count from left to right, so `state` comes last. */
function changedColumns() {
  const given = (column: string) => sql<number>`VALUES(${sql.ref(column)})`
  const { stored, condemned, damaged } = packStates
  /** A file in its place holds what its row promised; what was found damaged in it stays damaged. */
  const isKept = sql`VALUES(state) = ${stored} AND state IN (${stored}, ${condemned}, ${damaged})`
  const cameBack = sql`VALUES(state) IN (${stored}, ${damaged}) AND state NOT IN (${stored}, ${condemned}, ${damaged})`
  const isSame = sql`VALUES(state) = state OR (${isKept})`
  return {
    kind: given('kind'),
    size_bytes: given('size_bytes'),
    record_bytes: given('record_bytes'),
    records: given('records'),
    proved_at: choose(cameBack, sql<number>`0`, sql<number>`proved_at`),
    state_at: choose(isSame, sql<number>`state_at`, given('state_at')),
    state: choose(isKept, sql<number>`state`, given('state')),
  }
}

function choose(condition: RawBuilder<unknown>, then: RawBuilder<number>, otherwise: RawBuilder<number>): RawBuilder<number> {
  return sql<number>`IF(${condition}, ${then}, ${otherwise})`
}

function idBytes(packId: PackId): Buffer {
  return Buffer.from(packId, 'hex')
}

const chunkColumns = 'repository_id, chunk_id, pack, record_offset, record_length, type, state'

/** Rows as text (`chunkRow`), in the order of the key. What is known of a record that has its row, good or bad, stays. */
export async function saveChunks(db: Queryable, rows: string): Promise<void> {
  const places = 'record_offset = VALUES(record_offset), record_length = VALUES(record_length), type = VALUES(type)'
  await db.executeQuery(
    CompiledQuery.raw(`INSERT INTO chunks (${chunkColumns}) VALUES ${rows} ON DUPLICATE KEY UPDATE ${places}`),
  )
}

/** Numbers and hexadecimal digits only: nothing to escape, and a tenth of the work of binding seven values. */
export function chunkRow(repositoryId: RepositoryId, { chunkId, pack, offset, length, type }: ChunkColumns): string {
  return `(${repositoryId},X'${chunkId.toString('hex')}',${pack},${offset},${length},${type},${mappingStates.new})`
}

/** The last number that was given to a pack; later rows belong to whoever receives packs meanwhile. */
export async function lastPackNumber(db: Queryable, repositoryId: RepositoryId): Promise<PackNumber> {
  const query = db.selectFrom('packs').select(({ fn }) => fn.max('id').as('last'))
  return (await query.where('repository_id', '=', repositoryId).executeTakeFirstOrThrow()).last ?? 0
}

export interface PackRowState {
  readonly pack: PackNumber
  readonly packId: PackId
  readonly state: number
}

const packsPerPage = 5000

/** All rows up to a number, a page at a time. */
export async function* pagesOfPacks(
  db: Queryable,
  question: { readonly repositoryId: RepositoryId; readonly upTo: PackNumber },
): AsyncGenerator<readonly PackRowState[]> {
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('packs')
      .select(['id', 'pack_id', 'state'])
      .where('repository_id', '=', question.repositoryId)
      .where('id', '>', after)
      .where('id', '<=', question.upTo)
      .orderBy('id')
      .limit(packsPerPage)
      .execute()
    yield rows.map((row) => ({ pack: row.id, packId: row.pack_id.toString('hex') as PackId, state: row.state }))
    const last = rows.at(-1)
    if (last === undefined) return
    after = last.id
  }
}
