/** Packs as the collector sees and changes them: since when they wait, who holds them, and those that are being put together. */
import { type Claims, type PackId, type PackKind, parsePackId } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import { type PackNumber, type PackState, packKindNumbers, packStates } from '../packs/pack.ts'
import { stateNames } from '../packs/packs-table.ts'
import type { RepositoryId } from '../repositories/repository.ts'

export interface PackWaitRow {
  readonly pack: PackNumber
  readonly repository_id: RepositoryId
  readonly since_observed_ms: number
}

export interface PackSwapRow {
  readonly repository_id: RepositoryId
  readonly pack_id: Buffer
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly pack_waits: PackWaitRow
    readonly pack_swaps: PackSwapRow
  }
}

/** A pack's row, with all that shows whether anybody touched it since it was read. */
export interface CollectedPack {
  readonly pack: PackNumber
  readonly packId: PackId
  readonly kind: PackKind
  readonly state: PackState
  readonly sizeBytes: number
  readonly recordBytes: number
  readonly records: number
  readonly claimSeq: number
  readonly sessionSeq: number
  readonly stateAt: number
  /** In observed time; undefined when it was never condemned. */
  readonly waitsSince: number | undefined
}

const collectedStates = [packStates.stored, packStates.condemned, packStates.trashing, packStates.trashed]
const packsPerPage = 5000

/** All packs that are stored or on their way out. */
export async function listCollected(db: Queryable, repositoryId: RepositoryId): Promise<readonly CollectedPack[]> {
  const packs: CollectedPack[] = []
  for (let after = 0; ; ) {
    const query = selectCollected(db).where('packs.repository_id', '=', repositoryId).where('packs.id', '>', after)
    const rows = await query.where('packs.state', 'in', collectedStates).orderBy('packs.id').limit(packsPerPage).execute()
    packs.push(...rows.map(toCollected))
    const last = rows.at(-1)
    if (last === undefined) return packs
    after = last.id
  }
}

export async function findCollected(db: Queryable, packs: readonly PackNumber[]): Promise<readonly CollectedPack[]> {
  const found: CollectedPack[] = []
  for (const numbers of slices(packs)) {
    const rows = await selectCollected(db).where('packs.id', 'in', numbers).orderBy('packs.id').execute()
    found.push(...rows.map(toCollected))
  }
  return found
}

/** The tombstones. */
export async function listPurgedIds(db: Queryable, repositoryId: RepositoryId): Promise<ReadonlySet<PackId>> {
  const ids = new Set<PackId>()
  for (let after = 0; ; ) {
    const rows = await db
      .selectFrom('packs')
      .select(['id', 'pack_id'])
      .where('repository_id', '=', repositoryId)
      .where('state', '=', packStates.purged)
      .where('id', '>', after)
      .orderBy('id')
      .limit(packsPerPage)
      .execute()
    for (const row of rows) ids.add(parsePackId(row.pack_id.toString('hex')))
    const last = rows.at(-1)
    if (last === undefined) return ids
    after = last.id
  }
}

/** Whether anything has lain in trash/ since then, of any repository. */
export async function hasTrashSince(db: Queryable, observedMs: number): Promise<boolean> {
  const row = await db
    .selectFrom('pack_waits')
    .innerJoin('packs', 'packs.id', 'pack_waits.pack')
    .select('pack_waits.pack')
    .where('pack_waits.since_observed_ms', '<=', observedMs)
    .where('packs.state', '=', packStates.trashed)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Locked until the transaction ends. */
export async function findCollectedLocked(tx: Transaction, packs: readonly PackNumber[]): Promise<readonly CollectedPack[]> {
  const found: CollectedPack[] = []
  for (const numbers of slices(packs)) {
    const rows = await selectCollected(tx).where('packs.id', 'in', numbers).orderBy('packs.id').forUpdate().execute()
    found.push(...rows.map(toCollected))
  }
  return found
}

/** The pack's state and, from now on, its wait. */
export async function setWaiting(
  tx: Transaction,
  change: {
    readonly repositoryId: RepositoryId
    readonly packs: readonly PackNumber[]
    readonly state: PackState
    readonly nowMs: number
    readonly observedMs: number
  },
): Promise<void> {
  for (const packs of slices(change.packs)) {
    await tx
      .updateTable('packs')
      .set({ state: packStates[change.state], state_at: change.nowMs })
      .where('id', 'in', packs)
      .execute()
    const rows = packs.map((pack) => ({
      pack,
      repository_id: change.repositoryId,
      since_observed_ms: change.observedMs,
    }))
    await tx.insertInto('pack_waits').values(rows).onDuplicateKeyUpdate({ since_observed_ms: change.observedMs }).execute()
  }
}

const heardWithinMs = 30 * 24 * 60 * 60 * 1000

/**
 * Who relies on packs that no version names. Only a computer comes back with the rest of what it sent: what the box takes for an inbox is
 * whole or dropped, so that nothing is held once its session has ended.
 */
export async function readClaims(db: Queryable, repositoryId: RepositoryId, nowMs: number): Promise<Claims> {
  const oldest = await db
    .selectFrom('backup_sessions')
    .select(({ fn }) => fn.min<number | null>('seq').as('seq'))
    .where('state', '=', 'open')
    .where('repository_id', '=', repositoryId)
    .executeTakeFirstOrThrow()
  const unfinished = await db
    .selectFrom('backup_sessions as sent')
    .innerJoin('devices', 'devices.id', 'sent.device_id')
    .select('sent.seq')
    .where('sent.repository_id', '=', repositoryId)
    .where('sent.state', '!=', 'committed')
    .where('devices.kind', '=', 'agent')
    .where('devices.last_seen_at', '>=', nowMs - heardWithinMs)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('backup_sessions as final')
            .select('final.seq')
            .whereRef('final.device_id', '=', 'sent.device_id')
            .whereRef('final.job', '=', 'sent.job')
            .whereRef('final.seq', '>', 'sent.seq')
            .where('final.state', '=', 'committed'),
        ),
      ),
    )
    .execute()
  const givenUp = await db
    .selectFrom('backup_sessions as sent')
    .innerJoin('devices', 'devices.id', 'sent.device_id')
    .select('sent.seq')
    .where('sent.repository_id', '=', repositoryId)
    .where('sent.state', 'not in', ['open', 'committed'])
    .where('sent.uploaded_bytes', '>', 0)
    .where('devices.kind', '=', 'inbox')
    .execute()
  return {
    oldestLive: oldest.seq ?? undefined,
    unfinished: new Set(unfinished.map(({ seq }) => seq)),
    givenUp: new Set(givenUp.map(({ seq }) => seq)),
  }
}

const idsPerStatement = 500

/** What a pack holds, by the ids of its trailer. */
export async function deleteMappings(
  tx: Transaction,
  mappings: { readonly repositoryId: RepositoryId; readonly pack: PackNumber; readonly ids: readonly Buffer[] },
): Promise<void> {
  const sorted = mappings.ids.toSorted((a, b) => a.compare(b))
  for (let at = 0; at < sorted.length; at += idsPerStatement) {
    await tx
      .deleteFrom('chunks')
      .where('repository_id', '=', mappings.repositoryId)
      .where('chunk_id', 'in', sorted.slice(at, at + idsPerStatement))
      .where('pack', '=', mappings.pack)
      .execute()
  }
}

/** The same for a pack that cannot say what it holds: the whole table is looked through. */
export async function deleteAllMappings(
  tx: Transaction,
  of: { readonly repositoryId: RepositoryId; readonly pack: PackNumber },
): Promise<void> {
  await tx.deleteFrom('chunks').where('repository_id', '=', of.repositoryId).where('pack', '=', of.pack).execute()
}

/** Before the file of a pack made of others gets its name. */
export async function noteSwap(
  tx: Transaction,
  swap: { readonly repositoryId: RepositoryId; readonly packId: PackId },
): Promise<void> {
  const row = { repository_id: swap.repositoryId, pack_id: Buffer.from(swap.packId, 'hex') }
  await tx.insertInto('pack_swaps').values(row).onDuplicateKeyUpdate({ repository_id: swap.repositoryId }).execute()
}

/** In the transaction that makes it stored, or when its file is gone again. */
export async function dropSwap(
  tx: Transaction,
  swap: { readonly repositoryId: RepositoryId; readonly packId: PackId },
): Promise<void> {
  await tx
    .deleteFrom('pack_swaps')
    .where('repository_id', '=', swap.repositoryId)
    .where('pack_id', '=', Buffer.from(swap.packId, 'hex'))
    .execute()
}

/** One at a time is made, so there are few. */
export async function listSwaps(db: Queryable, repositoryId: RepositoryId): Promise<readonly PackId[]> {
  const rows = await db.selectFrom('pack_swaps').select('pack_id').where('repository_id', '=', repositoryId).execute()
  return rows.map((row) => parsePackId(row.pack_id.toString('hex')))
}

const rowsPerStatement = 1000

function* slices(packs: readonly PackNumber[]): Generator<readonly PackNumber[]> {
  const sorted = packs.toSorted((a, b) => a - b)
  for (let at = 0; at < sorted.length; at += rowsPerStatement) yield sorted.slice(at, at + rowsPerStatement)
}

const columns = [
  'packs.id',
  'packs.pack_id',
  'packs.kind',
  'packs.state',
  'packs.size_bytes',
  'packs.record_bytes',
  'packs.records',
  'packs.claim_seq',
  'packs.session_seq',
  'packs.state_at',
] as const

function selectCollected(db: Queryable) {
  return db
    .selectFrom('packs')
    .select(columns)
    .select((eb) =>
      eb
        .selectFrom('pack_waits')
        .select('pack_waits.since_observed_ms')
        .whereRef('pack_waits.pack', '=', 'packs.id')
        .as('since_observed_ms'),
    )
}

function toCollected(row: {
  readonly id: number
  readonly pack_id: Buffer
  readonly kind: number
  readonly state: number
  readonly size_bytes: number
  readonly record_bytes: number
  readonly records: number
  readonly claim_seq: number
  readonly session_seq: number
  readonly state_at: number
  readonly since_observed_ms: number | null
}): CollectedPack {
  return {
    pack: row.id,
    packId: parsePackId(row.pack_id.toString('hex')),
    kind: row.kind === packKindNumbers.tree ? 'tree' : 'data',
    state: stateNames[row.state]!,
    sizeBytes: row.size_bytes,
    recordBytes: row.record_bytes,
    records: row.records,
    claimSeq: row.claim_seq,
    sessionSeq: row.session_seq,
    stateAt: row.state_at,
    waitsSince: row.since_observed_ms ?? undefined,
  }
}
