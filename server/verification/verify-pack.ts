/**
 * One pack on its arrival: every record opened under its id. What opens may be promised to all computers of the customer from then on;
 * what does not is bad, and the computer that sent it is told of, unless it is the disk that changed the file.
 */
import type { RepositorySecrets } from '../../engine/index.ts'
import type { CheckPackOutput } from '../checks/check-pack.ts'
import { type BlamedDevice, markHurt } from '../checks/mark-hurt.ts'
import { wholeIdsOf } from '../checks/packed-records.ts'
import { confirmHurt } from '../checks/present-disk.ts'
import { type WeighedPack, weighCopies } from '../checks/weigh-copies.ts'
import type { Database, Transaction } from '../database/database.ts'
import { markChunksVerified } from '../packs/chunks-table.ts'
import { isLive } from '../packs/pack.ts'
import { findPackLocked, setPacksProved } from '../packs/packs-table.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import type { UnprovedPack } from './verification-table.ts'

export interface PackVerification {
  readonly database: Database
  readonly clock: Clock
  readonly pool: WorkerPool
  readonly dataFolder: string
  readonly repository: Repository
  readonly secrets: RepositorySecrets
  readonly signal: AbortSignal
  readonly reached: ReachedPoint
}

export interface VerifiedPack {
  readonly kind: WeighedPack['kind']
  readonly blamed: readonly BlamedDevice[]
}

export async function verifyPack(pack: UnprovedPack, verification: PackVerification): Promise<VerifiedPack> {
  const weighed = await readAndWeigh(pack, verification)
  const { database, reached } = verification
  const blamed = await database.transaction(async (tx) => {
    const devices = await judge(tx, pack, weighed, verification)
    reached('proof:before-commit')
    return devices
  })
  reached('proof:committed')
  return { kind: weighed.kind, blamed }
}

async function judge(
  tx: Transaction,
  pack: UnprovedPack,
  weighed: WeighedPack,
  { repository, clock, dataFolder }: PackVerification,
): Promise<readonly BlamedDevice[]> {
  const { packId } = pack
  // Before the pack's row: whoever needs both takes the repository first.
  if (weighed.kind !== 'whole') await lockRepository(tx, repository.repositoryId)
  const row = await findPackLocked(tx, repository.repositoryId, packId)
  if (row === undefined || !isLive(row.state)) return []
  const nowMs = clock.now()
  if (weighed.kind === 'hurt') {
    const hurt = { packId, state: weighed.state, lost: weighed.lost, isAbsent: weighed.areAllAbsent }
    return markHurt(tx, { repository, packs: confirmHurt(dataFolder, repository, [hurt]), nowMs })
  }
  await markProved(tx, { repository, pack, weighed, nowMs })
  if (weighed.kind === 'whole') return []
  return markHurt(tx, { repository, packs: [{ packId, state: 'poisoned', lost: weighed.bad }], nowMs })
}

/** A tree pack's second file is read only where the first one is not whole. */
async function readAndWeigh(pack: UnprovedPack, verification: PackVerification): Promise<WeighedPack> {
  const { dataFolder, repository } = verification
  // Now, not before: it may have been moved.
  const place = repositoryPlace(dataFolder, repository.uid)
  const toWeigh = { packId: pack.packId, sizeBytes: pack.sizeBytes, isKnownBad: () => false }
  const first = await read(place.packFile(pack.packId), pack, verification)
  const weighed = weighCopies(toWeigh, [first])
  if (weighed.kind === 'whole' || pack.kind === 'data') return weighed
  return weighCopies(toWeigh, [first, await read(place.twinPackFile(pack.packId), pack, verification)])
}

function read(file: string, { kind }: UnprovedPack, verification: PackVerification): Promise<CheckPackOutput> {
  const { pool, secrets, repository, signal } = verification
  return pool.run('check-pack', { secrets, uid: repository.uid, file, kind, isDataRead: true }, { isUrgent: false, signal })
}

async function markProved(
  tx: Transaction,
  proof: {
    readonly repository: Repository
    readonly pack: UnprovedPack
    readonly weighed: Exclude<WeighedPack, { readonly kind: 'hurt' }>
    readonly nowMs: number
  },
): Promise<void> {
  const { pack } = proof.pack
  const ids = wholeIdsOf(proof.weighed.copy.records)
  await markChunksVerified(tx, { repositoryId: proof.repository.repositoryId, pack, ids })
  await setPacksProved(tx, { packs: [pack], at: proof.nowMs })
}
