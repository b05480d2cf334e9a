/**
 * Which pack holds which chunk, and where: the largest table of the box. Everything goes in batches, in the order of the ids, which
 * is the order of the rows.
 */
import { type RawBuilder, type SqlBool, sql } from 'kysely'
import { type ChunkId, type ChunkKey, chunkKey, type PackEntry, parsePackId, type RecordType } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'
import {
  livePackStates,
  type MappingState,
  mappingStates,
  type PackNumber,
  type PackState,
  packKindNumbers,
  packStates,
  type RecordPlace,
} from './pack.ts'

export interface ChunkRow {
  readonly repository_id: RepositoryId
  readonly chunk_id: Buffer
  readonly pack: PackNumber
  readonly record_offset: number
  readonly record_length: number
  readonly type: number
  readonly state: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly chunks: ChunkRow
  }
}

const rowsPerInsert = 500
/** Below the number at which MariaDB turns a list into a table of its own. */
const idsPerLookup = 500

/** Adds what a pack holds. A mapping that is there already, good or bad, stays as it is: the same pack has the same bytes. */
export async function insertChunks(
  tx: Transaction,
  pack: { readonly repositoryId: RepositoryId; readonly pack: PackNumber; readonly entries: readonly PackEntry[] },
): Promise<void> {
  const sorted = pack.entries.toSorted((a, b) => a.header.chunkId.compare(b.header.chunkId))
  for (let at = 0; at < sorted.length; at += rowsPerInsert) {
    const rows = sorted.slice(at, at + rowsPerInsert).map((entry) => ({
      repository_id: pack.repositoryId,
      chunk_id: entry.header.chunkId,
      pack: pack.pack,
      record_offset: entry.offset,
      record_length: entry.length,
      type: entry.header.type,
      state: mappingStates.new,
    }))
    await tx.insertInto('chunks').values(rows).onDuplicateKeyUpdate({ pack: pack.pack }).execute()
  }
}

export interface HeldChunk {
  readonly type: RecordType
  readonly place: RecordPlace
}

/**
 * Where chunks lie that are part of a closure: not bad, in a stored or condemned pack; verified ones are preferred. Ids that no pack
 * holds are left out.
 */
export async function findHeldChunks(
  db: Queryable,
  repositoryId: RepositoryId,
  ids: readonly ChunkId[],
): Promise<ReadonlyMap<ChunkKey, HeldChunk>> {
  const held = new Map<ChunkKey, HeldChunk>()
  for await (const row of lookUp(db, { repositoryId, ids, packStates: livePackStates })) {
    const key = chunkKey(row.chunk_id)
    if (!held.has(key) || row.state === mappingStates.verified)
      held.set(key, { type: row.type as RecordType, place: toPlace(row) })
  }
  return held
}

/** Every place where chunks can be read, the best first. */
export async function findRecordPlaces(
  db: Queryable,
  question: {
    readonly repositoryId: RepositoryId
    readonly ids: readonly ChunkId[]
    readonly packStates: readonly PackState[]
  },
): Promise<ReadonlyMap<ChunkKey, readonly RecordPlace[]>> {
  const places = new Map<ChunkKey, RecordPlace[]>()
  for await (const row of lookUp(db, question)) {
    const key = chunkKey(row.chunk_id)
    const known = places.get(key)
    if (known === undefined) places.set(key, [toPlace(row)])
    else if (row.state === mappingStates.verified) known.unshift(toPlace(row))
    else known.push(toPlace(row))
  }
  return places
}

/**
 * The packs in which a device may be told that a chunk is there: verified by the box, sent by that device itself, or found by a
 * rebuild. Those were verified or not before the database was lost, nobody knows; without them every computer would send all it has
 * a second time.
 */
export async function findClaimablePacks(
  db: Queryable,
  question: { readonly repositoryId: RepositoryId; readonly deviceId: Id<'dev'>; readonly ids: readonly ChunkId[] },
): Promise<ReadonlyMap<ChunkKey, readonly PackNumber[]>> {
  const own = sql<SqlBool>`(chunks.state = ${mappingStates.verified} OR packs.device_id = ${question.deviceId} OR packs.device_id IS NULL)`
  const packs = new Map<ChunkKey, PackNumber[]>()
  for await (const row of lookUp(db, { ...question, packStates: livePackStates, also: own })) {
    const key = chunkKey(row.chunk_id)
    const known = packs.get(key)
    if (known === undefined) packs.set(key, [row.pack])
    else known.push(row.pack)
  }
  return packs
}

/** The rows of some chunks of one pack. */
export async function listChunksOfPack(
  db: Queryable,
  question: { readonly repositoryId: RepositoryId; readonly pack: PackNumber; readonly ids: readonly ChunkId[] },
): Promise<ReadonlyMap<ChunkKey, { readonly offset: number; readonly length: number; readonly state: MappingState }>> {
  const found = new Map<ChunkKey, { offset: number; length: number; state: MappingState }>()
  for (const ids of idSlices(question.ids)) {
    const rows = await db
      .selectFrom('chunks')
      .select(['chunk_id', 'record_offset', 'record_length', 'state'])
      .where('repository_id', '=', question.repositoryId)
      .where('chunk_id', 'in', ids)
      .where('pack', '=', question.pack)
      .execute()
    for (const row of rows)
      found.set(chunkKey(row.chunk_id), {
        offset: row.record_offset,
        length: row.record_length,
        state: mappingNames[row.state]!,
      })
  }
  return found
}

/** Returns how many were not bad before. */
export async function markChunksBad(
  tx: Transaction,
  marking: { readonly repositoryId: RepositoryId; readonly pack: PackNumber; readonly ids: readonly ChunkId[] },
): Promise<number> {
  return setStates(tx, { ...marking, from: ['new', 'verified'], to: 'bad' })
}

/** They opened under their ids: from now on they may be promised to every computer of the customer. */
export async function markChunksVerified(
  tx: Transaction,
  marking: { readonly repositoryId: RepositoryId; readonly pack: PackNumber; readonly ids: readonly ChunkId[] },
): Promise<void> {
  await setStates(tx, { ...marking, from: ['new'], to: 'verified' })
}

/** The bytes of the pack came again: what was said of its records before was said of other bytes. */
export async function forgetChunkStates(
  tx: Transaction,
  marking: { readonly repositoryId: RepositoryId; readonly pack: PackNumber; readonly ids: readonly ChunkId[] },
): Promise<void> {
  await setStates(tx, { ...marking, from: ['verified', 'bad'], to: 'new' })
}

async function setStates(
  tx: Transaction,
  change: {
    readonly repositoryId: RepositoryId
    readonly pack: PackNumber
    readonly ids: readonly ChunkId[]
    readonly from: readonly MappingState[]
    readonly to: MappingState
  },
): Promise<number> {
  const from = change.from.map((name) => mappingStates[name])
  let changed = 0n
  for (const ids of idSlices(change.ids)) {
    const { numUpdatedRows } = await tx
      .updateTable('chunks')
      .set({ state: mappingStates[change.to] })
      .where('repository_id', '=', change.repositoryId)
      .where('chunk_id', 'in', ids)
      .where('pack', '=', change.pack)
      .where('state', 'in', from)
      .executeTakeFirstOrThrow()
    changed += numUpdatedRows
  }
  return Number(changed)
}

const idsPerPage = 32_768
/** As many bytes of an id as the filter looks at. */
const idPrefixBytes = 16

/**
 * Shows the first 16 bytes of every chunk id of a repository, many ids in one Buffer: a row of its own for each would cost the main
 * thread seconds for millions of them.
 */
export async function visitIdPrefixes(
  db: Queryable,
  repositoryId: RepositoryId,
  visit: (ids: Buffer, bytesPerId: number) => void,
): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`SET SESSION group_concat_max_len = ${idsPerPage * idPrefixBytes}`.execute(connection)
    for (let after: Buffer = Buffer.alloc(0); ; ) {
      const { rows } = await sql<{ ids: Buffer | null; last: Buffer | null }>`
        SELECT GROUP_CONCAT(LEFT(chunk_id, ${idPrefixBytes}) SEPARATOR '') AS ids, MAX(chunk_id) AS last FROM (
          SELECT chunk_id FROM chunks WHERE repository_id = ${repositoryId} AND chunk_id > ${after}
          ORDER BY chunk_id LIMIT ${idsPerPage}
        ) AS page`.execute(connection)
      const { ids, last } = rows[0]!
      if (ids === null || last === null) return
      visit(ids, idPrefixBytes)
      after = last
    }
  })
}

interface FoundRow {
  readonly chunk_id: Buffer
  readonly pack: PackNumber
  readonly pack_id: Buffer
  readonly kind: number
  readonly record_offset: number
  readonly record_length: number
  readonly type: number
  readonly state: number
}

async function* lookUp(
  db: Queryable,
  question: {
    readonly repositoryId: RepositoryId
    readonly ids: readonly ChunkId[]
    readonly packStates: readonly PackState[]
    readonly also?: RawBuilder<SqlBool>
  },
): AsyncGenerator<FoundRow> {
  const states = question.packStates.map((name) => packStates[name])
  for (const ids of idSlices(question.ids)) {
    let query = db
      .selectFrom('chunks')
      .innerJoin('packs', 'packs.id', 'chunks.pack')
      .select(['chunks.chunk_id', 'chunks.pack', 'chunks.record_offset', 'chunks.record_length', 'chunks.type', 'chunks.state'])
      .select(['packs.pack_id', 'packs.kind'])
      .where('chunks.repository_id', '=', question.repositoryId)
      .where('chunks.chunk_id', 'in', ids)
      .where('chunks.state', '!=', mappingStates.bad)
      .where('packs.state', 'in', states)
    if (question.also !== undefined) query = query.where(question.also)
    yield* await query.execute()
  }
}

function* idSlices(ids: readonly ChunkId[]): Generator<readonly ChunkId[]> {
  const sorted = ids.toSorted((a, b) => a.compare(b))
  for (let at = 0; at < sorted.length; at += idsPerLookup) yield sorted.slice(at, at + idsPerLookup)
}

function toPlace(row: FoundRow): RecordPlace {
  return {
    pack: row.pack,
    packId: parsePackId(row.pack_id.toString('hex')),
    kind: row.kind === packKindNumbers.tree ? 'tree' : 'data',
    offset: row.record_offset,
    length: row.record_length,
  }
}

const mappingNames: Readonly<Record<number, MappingState>> = { 0: 'new', 1: 'verified', 2: 'bad' }
