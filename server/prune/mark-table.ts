/** What a mark asks the database: roots, which packs trees lie in, and every mapping once, many in one Buffer. */
import { sql } from 'kysely'
import { type ChunkId, parseChunkId, parseSnapshotId, recordTypes, type SnapshotId } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import { mappingStates, type PackNumber, packStates } from '../packs/pack.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'

export interface RootRow {
  readonly snapshotId: SnapshotId
  readonly root: ChunkId
  /** Whose plan counts it. */
  readonly subscriptionId: Id<'sub'>
}

const rootsPerPage = 5000

/** Every version that has a row, in the bin too. */
export async function listRoots(db: Queryable, repositoryId: RepositoryId): Promise<readonly RootRow[]> {
  const roots: RootRow[] = []
  for (let after = ''; ; ) {
    const rows = await db
      .selectFrom('snapshots')
      .innerJoin('devices', 'devices.id', 'snapshots.device_id')
      .select(['snapshots.id', 'snapshots.snapshot_id', 'snapshots.root', 'devices.subscription_id'])
      .where('snapshots.repository_id', '=', repositoryId)
      .where('snapshots.id', '>', after as Id<'snap'>)
      .orderBy('snapshots.id')
      .limit(rootsPerPage)
      .execute()
    for (const row of rows)
      roots.push({
        snapshotId: parseSnapshotId(row.snapshot_id.toString('hex')),
        root: parseChunkId(row.root),
        subscriptionId: row.subscription_id,
      })
    const last = rows.at(-1)
    if (last === undefined) return roots
    after = last.id
  }
}

/** The versions that live sessions compare with: held although their rows may be gone. */
export async function listHeldParents(
  db: Queryable,
  repositoryId: RepositoryId,
): Promise<readonly { readonly snapshotId: SnapshotId; readonly deviceId: Id<'dev'>; readonly subscriptionId: Id<'sub'> }[]> {
  const rows = await db
    .selectFrom('backup_sessions')
    .select(['parent_id', 'device_id', 'subscription_id'])
    .where('repository_id', '=', repositoryId)
    .where('state', '=', 'open')
    .where('parent_id', 'is not', null)
    .execute()
  return rows.flatMap((row) =>
    row.parent_id === null
      ? []
      : [
          {
            snapshotId: parseSnapshotId(row.parent_id.toString('hex')),
            deviceId: row.device_id,
            subscriptionId: row.subscription_id,
          },
        ],
  )
}

/** Of the devices whose folders lie in the repository. */
export async function listSubscriptionsOfDevices(
  db: Queryable,
  repositoryId: RepositoryId,
): Promise<ReadonlyMap<string, Id<'sub'>>> {
  const rows = await db
    .selectFrom('devices')
    .select(['id', 'subscription_id'])
    .where('repository_id', '=', repositoryId)
    .execute()
  return new Map(rows.map((row) => [row.id, row.subscription_id]))
}

/** Rows of `chunks` as they come in one Buffer: no object for each of millions. */
export const mappingRowBytes = 41
const packAt = 32
const lengthAt = 36
const kindAt = 40
const rowsPerPage = 16_384

export interface MappingRow {
  readonly pack: PackNumber
  readonly length: number
  readonly isNode: boolean
  readonly state: number
}

export function readMappingRow(rows: Buffer, at: number): MappingRow {
  const kind = rows[at + kindAt]!
  return {
    pack: rows.readUInt32BE(at + packAt),
    length: rows.readUInt32BE(at + lengthAt),
    isNode: kind >> 4 !== recordTypes.data,
    state: kind & 0x0f,
  }
}

/** Every mapping of a repository exactly once, in the order of the ids; each row begins with its whole chunk id. */
export async function visitMappings(
  db: Queryable,
  question: { readonly repositoryId: RepositoryId; readonly nodesOnly: boolean },
  visit: (rows: Buffer) => void | Promise<void>,
): Promise<void> {
  const only = question.nodesOnly ? sql`AND type <> ${recordTypes.data}` : sql``
  await db.connection().execute(async (connection) => {
    await sql`SET SESSION group_concat_max_len = ${rowsPerPage * mappingRowBytes}`.execute(connection)
    for (let after: { readonly id: Buffer; readonly pack: PackNumber } = { id: Buffer.alloc(0), pack: 0 }; ; ) {
      const { rows } = await sql<{ mappings: Buffer | null }>`
        SELECT GROUP_CONCAT(
          CONCAT(
            chunk_id, UNHEX(LPAD(HEX(pack), 8, '0')), UNHEX(LPAD(HEX(record_length), 8, '0')), UNHEX(LPAD(HEX(type * 16 + state), 2, '0'))
          ) ORDER BY chunk_id, pack SEPARATOR ''
        ) AS mappings FROM (
          SELECT chunk_id, pack, record_length, type, state FROM chunks
          WHERE repository_id = ${question.repositoryId} AND chunk_id >= ${after.id}
            AND NOT (chunk_id = ${after.id} AND pack <= ${after.pack}) ${only}
          ORDER BY chunk_id, pack LIMIT ${rowsPerPage}
        ) AS page`.execute(connection)
      const mappings = rows[0]?.mappings ?? null
      if (mappings === null) return
      await visit(mappings)
      const last = mappings.length - mappingRowBytes
      after = { id: Buffer.from(mappings.subarray(last, last + packAt)), pack: mappings.readUInt32BE(last + packAt) }
    }
  })
}

const idsPerLookup = 500

export interface HeldMapping {
  readonly id: ChunkId
  readonly pack: PackNumber
  readonly length: number
  readonly isNode: boolean
}

/** Where ids lie in live packs; bad mappings are none. */
export async function findLiveMappings(
  db: Queryable,
  repositoryId: RepositoryId,
  ids: readonly ChunkId[],
): Promise<readonly HeldMapping[]> {
  const found: HeldMapping[] = []
  const sorted = ids.toSorted((a, b) => a.compare(b))
  for (let at = 0; at < sorted.length; at += idsPerLookup) {
    const rows = await db
      .selectFrom('chunks')
      .innerJoin('packs', 'packs.id', 'chunks.pack')
      .select(['chunks.chunk_id', 'chunks.pack', 'chunks.record_length', 'chunks.type'])
      .where('chunks.repository_id', '=', repositoryId)
      .where('chunks.chunk_id', 'in', sorted.slice(at, at + idsPerLookup))
      .where('chunks.state', '!=', mappingStates.bad)
      .where('packs.state', 'in', [packStates.stored, packStates.condemned])
      .execute()
    for (const row of rows)
      found.push({
        id: parseChunkId(row.chunk_id),
        pack: row.pack,
        length: row.record_length,
        isNode: row.type !== recordTypes.data,
      })
  }
  return found
}

const prefixesPerLookup = 200

/** Packs in trash/ that hold one of some ids, given by their first bytes. */
export async function findTrashHolding(
  db: Queryable,
  repositoryId: RepositoryId,
  prefixes: readonly Buffer[],
): Promise<ReadonlySet<PackNumber>> {
  const packs = new Set<PackNumber>()
  for (let at = 0; at < prefixes.length; at += prefixesPerLookup) {
    const slice = prefixes.slice(at, at + prefixesPerLookup)
    const rows = await db
      .selectFrom('chunks')
      .innerJoin('packs', 'packs.id', 'chunks.pack')
      .select('chunks.pack')
      .where('chunks.repository_id', '=', repositoryId)
      .where(({ or, and, eb }) =>
        or(
          slice.map((prefix) => and([eb('chunks.chunk_id', '>=', lowest(prefix)), eb('chunks.chunk_id', '<=', highest(prefix))])),
        ),
      )
      .where('chunks.state', '!=', mappingStates.bad)
      .where('packs.state', 'in', [packStates.trashing, packStates.trashed])
      .execute()
    for (const { pack } of rows) packs.add(pack)
  }
  return packs
}

const restOfId = 32

function lowest(prefix: Buffer): Buffer {
  return Buffer.concat([prefix], restOfId)
}

function highest(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.alloc(restOfId - prefix.length, 0xff)])
}
