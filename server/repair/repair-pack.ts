/**
 * One pack, in the order that keeps every version whole at every moment: new bytes durable, then one transaction under the
 * repository's lock, then the generation's file, and only then is the old file touched.
 */
import { readFile } from 'node:fs/promises'
import { assemblePack, type ChunkId, type RepositorySecrets, readWholePackIndex } from '../../engine/index.ts'
import type { Database, Transaction } from '../database/database.ts'
import { forgetChunkStates, insertChunks, markChunksVerified } from '../packs/chunks-table.ts'
import { isLive, type Pack } from '../packs/pack.ts'
import { claimPacks, findPackLocked, insertPack, setPackState, setPacksProved } from '../packs/packs-table.ts'
import { deleteMappings } from '../prune/prune-table.ts'
import { raiseGeneration, writeGenerationFile } from '../repositories/generation.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { copyFiles, inspectCopies, readRecords } from './pack-copies.ts'
import { placePack } from './place-pack.ts'
import { planRepair, type SavedRecord } from './plan-repair.ts'
import { quarantinePack } from './quarantine.ts'
import type { FindOtherCopy, PackRepair } from './repair.ts'

export interface RepairContext {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly pool: WorkerPool
  readonly volumes: StorageVolumesService
  readonly reached: ReachedPoint
  readonly findOtherCopy: FindOtherCopy
  readonly repository: Repository
  readonly place: RepositoryPlace
  /** Undefined: the keys are lost; checksums must do, and nothing becomes verified. */
  readonly secrets: RepositorySecrets | undefined
  readonly signal: AbortSignal
}

export async function repairPack(pack: Pack, hasBadRecords: boolean, context: RepairContext): Promise<PackRepair> {
  const { place, repository, findOtherCopy } = context
  const files = copyFiles(place, pack)
  const copies = await inspectCopies(files, { ...context, kind: pack.kind })
  const plan = planRepair({ ...pack, isLive: isLive(pack.state), hasBadRecords }, copies)
  if (plan.kind === 'whole') return plan
  if (plan.kind === 'copy-back') return heal(pack, await readFile(files[plan.from]!), 'here', context)
  // A file that is as it was sent is the same elsewhere.
  const isAsSent = copies.some((copy) => copy.kind === 'read' && copy.fileHash === pack.packId)
  const other = isAsSent ? undefined : await findOtherCopy({ uid: repository.uid, packId: pack.packId })
  if (other !== undefined) return heal(pack, other, 'second-copy', context)
  if (plan.kind === 'absent') return { kind: 'gone', lost: pack.records }
  const records = plan.kind === 'move' ? plan.records : []
  const made = records.length === 0 ? undefined : await assemble(pack, records, files, context)
  // All of it was whole, only its end was not: put together again it is the very same file.
  if (made?.packId === pack.packId) return heal(pack, made.bytes, 'here', context)
  return putAside(pack, records, made, context)
}

/** The right bytes under the pack's name again; its rows as for a pack that has just come. */
async function heal(
  pack: Pack,
  bytes: Buffer,
  from: Extract<PackRepair, { readonly kind: 'healed' }>['from'],
  context: RepairContext,
): Promise<PackRepair> {
  const { database, repository, clock, reached } = context
  const { packId, kind } = pack
  const index = await placePack({ packId, kind, bytes }, context)
  if (index === undefined) return { kind: 'changed' }
  const isThere = await database.transaction(async (tx) => {
    const { repositoryId } = await lockRepository(tx, repository.repositoryId)
    const row = await findPackLocked(tx, repositoryId, packId)
    if (row === undefined || row.state !== pack.state) return false
    const ids = index.entries.map(({ header }) => header.chunkId)
    if (!isLive(row.state)) {
      await deleteMappings(tx, { repositoryId, pack: row.pack, ids })
      await insertChunks(tx, { repositoryId, pack: row.pack, entries: index.entries })
      await setPackState(tx, { pack: row.pack, state: 'stored', nowMs: clock.now() })
    }
    await forgetChunkStates(tx, { repositoryId, pack: row.pack, ids })
    await setPacksProved(tx, { packs: [row.pack], at: 0 })
    reached('repair:before-commit')
    return true
  })
  reached('repair:committed')
  return isThere ? { kind: 'healed', from } : { kind: 'changed' }
}

/** What is whole goes into a pack of its own, then the file out of the way. */
async function putAside(
  pack: Pack,
  records: readonly SavedRecord[],
  made: MadePack | undefined,
  context: RepairContext,
): Promise<PackRepair> {
  const { database, repository, place, reached } = context
  if (made !== undefined) await placePack({ ...made, kind: pack.kind }, context)
  const generation = await database.transaction(async (tx) => {
    const { repositoryId } = await lockRepository(tx, repository.repositoryId)
    const row = await findPackLocked(tx, repositoryId, pack.packId)
    if (row === undefined || row.state !== pack.state) return undefined
    if (made !== undefined) await swapMappings(tx, { from: row, made, ids: records.map(({ id }) => id) }, context)
    await setPackState(tx, { pack: row.pack, state: 'quarantined', nowMs: context.clock.now() })
    const raised = await raiseGeneration(tx, repositoryId)
    reached('repair:before-commit')
    return raised
  })
  reached('repair:committed')
  if (generation === undefined) return { kind: 'changed' }
  await writeGenerationFile(place, generation, reached)
  await context.volumes.write(() => quarantinePack(place, pack.packId, reached), repository.uid)
  const lost = Math.max(0, pack.records - records.length)
  return made === undefined ? { kind: 'put-aside', lost } : { kind: 'moved', to: made.packId, records: records.length, lost }
}

type MadePack = { readonly packId: Pack['packId']; readonly bytes: Buffer }

async function assemble(
  { kind }: Pack,
  records: readonly SavedRecord[],
  files: readonly string[],
  { repository }: RepairContext,
): Promise<MadePack> {
  const { id, bytes } = assemblePack({ uid: repository.uid, kind, records: await readRecords(files, records) })
  return { packId: id, bytes }
}

/** The new pack takes over what the old one was promised for: its session, its claims, its sender. */
async function swapMappings(
  tx: Transaction,
  swap: { readonly from: Pack; readonly made: MadePack; readonly ids: readonly ChunkId[] },
  { clock, secrets }: RepairContext,
): Promise<void> {
  const { from, made, ids } = swap
  const { repositoryId, claimSeq } = from
  const nowMs = clock.now()
  const { entries } = readWholePackIndex(made.bytes)
  const known = await findPackLocked(tx, repositoryId, made.packId)
  const recordBytes = entries.reduce((sum, { length }) => sum + length, 0)
  const inherited = { ...from, packId: made.packId, sizeBytes: made.bytes.length, recordBytes, records: entries.length }
  const pack = known?.pack ?? (await insertPack(tx, { ...withoutNumber(inherited), state: 'stored' }))
  if (known !== undefined) {
    await setPackState(tx, { pack, state: 'stored', nowMs })
    await claimPacks(tx, { packs: [pack], sessionSeq: claimSeq, nowMs })
  }
  await insertChunks(tx, { repositoryId, pack, entries })
  if (secrets !== undefined) {
    await markChunksVerified(tx, { repositoryId, pack, ids })
    await setPacksProved(tx, { packs: [pack], at: nowMs })
  }
  await deleteMappings(tx, { repositoryId, pack: from.pack, ids })
}

function withoutNumber({ pack: _, ...rest }: Pack): Omit<Pack, 'pack'> {
  return rest
}
