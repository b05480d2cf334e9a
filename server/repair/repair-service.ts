/**
 * Repair of stored repositories: everything that is whole anywhere becomes whole in its place again, from a tree pack's other file,
 * from a second copy, or record by record into a new pack. It never deletes; what it cannot give back is named, and stays marked, so
 * that the next backup of the computer that has it sends it again. One repair at a time.
 */
import type { PackId, RepositorySecrets } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { Pack, PackNumber } from '../packs/pack.ts'
import { findPack, listPacksInStates } from '../packs/packs-table.ts'
import { demandCurrentIndex } from '../repositories/generation.ts'
import { findRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { addRepair, type FindOtherCopy, nothingRepaired, type RepairReport } from './repair.ts'
import { repairPack } from './repair-pack.ts'
import { listSpoiledPacks } from './repair-table.ts'

export interface RepairService {
  /**
   * All that is marked, and the packs named besides: of those a check found one file of two damaged. Throws RepositoryError
   * `rebuild-needed`, VolumeError.
   */
  readonly repair: (
    repository: Repository,
    options: {
      readonly also?: readonly PackId[]
      readonly onProgress?: (done: { readonly packs: number }) => void
      readonly signal: AbortSignal
    },
  ) => Promise<RepairReport>
}

const packsPerPage = 500
/** A tree pack is kept twice. */
const filesOfKind = { data: 1, tree: 2 } as const

export function createRepair(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly pool: WorkerPool
  readonly volumes: StorageVolumesService
  readonly openSecrets: OpenSecrets
  readonly findOtherCopy: FindOtherCopy
  readonly reached: ReachedPoint
}): RepairService {
  const { database, dataFolder, log, openSecrets, volumes } = options
  const { kysely: db } = database

  async function* packsToRepair(repository: Repository, also: readonly PackId[]): AsyncGenerator<PackToRepair> {
    const { repositoryId } = repository
    for (const packId of also) {
      const pack = await findPack(db, repositoryId, packId)
      if (pack !== undefined) yield { pack, hasBadRecords: false }
    }
    for (let after: PackNumber = 0; ; ) {
      const page = await listPacksInStates(db, { repositoryId, states: ['damaged', 'missing'], after, limit: packsPerPage })
      for (const pack of page) yield { pack, hasBadRecords: false }
      const last = page.at(-1)
      if (last === undefined) break
      after = last.pack
    }
    for (const packId of await listSpoiledPacks(db, repositoryId)) {
      const pack = await findPack(db, repositoryId, packId)
      if (pack !== undefined) yield { pack, hasBadRecords: true }
    }
  }

  const secretsOf = async (repository: Repository): Promise<RepositorySecrets | undefined> => {
    try {
      return await openSecrets(repository)
    } catch (error) {
      log.warn({ err: error, repository: repository.uid.toString('hex') }, 'repairing without the key: by checksums alone')
      return undefined
    }
  }

  const repairAll: RepairService['repair'] = async (repository, { also = [], onProgress, signal }) => {
    volumes.demandWritable(repository.uid)
    await demandCurrentIndex(repositoryPlace(dataFolder, repository.uid), () => findRepository(db, repository.repositoryId))
    const secrets = await secretsOf(repository)
    /** Room held is a series, too: the repository is not moved meanwhile, so its place is asked for here. */
    const repairOne = async ({ pack, hasBadRecords }: PackToRepair) => {
      const room = await volumes.reserve(pack.sizeBytes * filesOfKind[pack.kind], repository.uid)
      try {
        const place = repositoryPlace(dataFolder, repository.uid)
        return await repairPack(pack, hasBadRecords, { ...options, repository, place, secrets, signal })
      } finally {
        room.release()
      }
    }
    let report = nothingRepaired
    let packs = 0
    for await (const found of packsToRepair(repository, also)) {
      signal.throwIfAborted()
      const { packId } = found.pack
      const repair = await repairOne(found)
      report = addRepair(report, { packId, repair })
      packs += 1
      log.info({ pack: packId, ...repair }, 'a pack was repaired')
      onProgress?.({ packs })
    }
    return report
  }

  let turn: Promise<unknown> = Promise.resolve()
  return {
    repair: (repository, how) => {
      const mine = turn.then(() => repairAll(repository, how))
      turn = mine.catch(() => {})
      return mine
    },
  }
}

interface PackToRepair {
  readonly pack: Pack
  readonly hasBadRecords: boolean
}
