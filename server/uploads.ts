/**
 * Everything that receives backups, put together: the volume, packs, sessions, claims, commits, and the reading of records.
 * A part of the composition root, like people.ts.
 */
import { parseDeviceId } from '../engine/index.ts'
import type { AlarmsService } from './alarms/alarms-service.ts'
import { type BackupSessionsService, createBackupSessionsService } from './backup-sessions/backup-sessions-service.ts'
import { type ClaimsService, createClaimsService } from './backup-sessions/claims-service.ts'
import { createPlanSpace } from './backup-sessions/plan-space.ts'
import { createUploadsService, type UploadsService } from './backup-sessions/uploads-service.ts'
import type { CatalogueStaging } from './catalogue/catalogue.ts'
import { type Adopt, createAdopt } from './commits/adoption-service.ts'
import { type CommitsService, createCommitsService } from './commits/commits-service.ts'
import { createReadVersion, type ReadVersion } from './commits/read-version.ts'
import { prepareSnapshotFolder } from './commits/snapshot-files.ts'
import type { CustomersService } from './customers/customers-service.ts'
import type { Database } from './database/database.ts'
import { createDeposits, type DepositsService } from './deposits/deposits-service.ts'
import type { DevicesService } from './devices/devices-service.ts'
import type { IdentitiesService } from './identities/identities-service.ts'
import { finishSlotFiles } from './key-care/slot-files.ts'
import { createMoves, type MovesService } from './moves/moves-service.ts'
import { readObservedTime } from './observed-time/observed-time-table.ts'
import { createIdFilters, type IdFilters } from './packs/id-filters.ts'
import { createPackTurns } from './packs/pack-turns.ts'
import { createPacksService } from './packs/packs-service.ts'
import type { PlaintextsService } from './plaintexts/plaintexts-service.ts'
import { readSpace } from './prune/disk-bytes.ts'
import { createFinishIntents } from './prune/finish-intents.ts'
import { createPruneService, type PruneService } from './prune/prune-service.ts'
import type { RecordsService } from './records/records-service.ts'
import { finishQuarantines } from './repair/quarantine.ts'
import type { FindOtherCopy } from './repair/repair.ts'
import { createRepair, type RepairService } from './repair/repair-service.ts'
import { demandCurrentIndex } from './repositories/generation.ts'
import { findRepository, findRepositoryOfCustomer, listAllRepositories } from './repositories/repositories-table.ts'
import type { Repository } from './repositories/repository.ts'
import { RepositoryError } from './repositories/repository-error.ts'
import { repositoryPlace } from './repositories/repository-place.ts'
import type { OpenSecrets } from './repositories/repository-secrets.ts'
import type { RunsService } from './runs/runs-service.ts'
import type { Clock } from './runtime/clock.ts'
import type { Id } from './runtime/ids.ts'
import type { Log } from './runtime/log.ts'
import type { Randomness } from './runtime/randomness.ts'
import type { SnapshotsService } from './snapshots/snapshots-service.ts'
import { nothingAtPoints, type ReachedPoint } from './storage-volumes/crash-points.ts'
import { openStorageVolumes, type StorageVolumesService } from './storage-volumes/storage-volumes-service.ts'
import type { SubscriptionsService } from './subscriptions/subscriptions-service.ts'
import { countReads, countUploads } from './traffic/counted.ts'
import { createTraffic, type Traffic } from './traffic/traffic.ts'
import type { WorkerPool } from './worker-pool/worker-pool.ts'

export interface Uploads {
  readonly volumes: StorageVolumesService
  readonly moves: MovesService
  readonly sessions: BackupSessionsService
  readonly claims: ClaimsService
  readonly filters: IdFilters
  readonly uploads: UploadsService
  readonly commits: CommitsService
  /** What people send by links. */
  readonly deposits: DepositsService
  readonly records: RecordsService
  /** What these bytes moving mean to whoever works in the background. */
  readonly traffic: Traffic
  readonly readVersion: ReadVersion
  /** Once, before the box listens. */
  readonly adopt: Adopt
  readonly repair: RepairService
  readonly prune: PruneService
  readonly listRepositories: () => Promise<readonly Repository[]>
  readonly getRepository: (customerId: Id<'cus'>) => Promise<Repository>
}

export interface UploadsOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly customers: CustomersService
  readonly subscriptions: SubscriptionsService
  readonly snapshots: SnapshotsService
  readonly devices: Pick<DevicesService, 'listJobs' | 'noteAgent'>
  readonly plaintexts: PlaintextsService
  readonly runs: RunsService
  readonly identities: Pick<IdentitiesService, 'noteClone'>
  readonly catalogue: CatalogueStaging
  readonly records: RecordsService
  readonly openSecrets: OpenSecrets
  readonly alarms: AlarmsService
  readonly pool: WorkerPool
  /** Where packs may lie besides; nowhere without second copies. */
  readonly findOtherCopy?: FindOtherCopy
  /** For the torture suite. */
  readonly reached?: ReachedPoint
  readonly moveGraceMs?: number | undefined
}

export async function createUploads(options: UploadsOptions): Promise<Uploads> {
  const { database, dataFolder } = options
  const reached = options.reached ?? nothingAtPoints
  const volumes = await openStorageVolumes(options)
  const filters = createIdFilters(options)
  const space = createPlanSpace(options)
  const prepareDevice = async ({ repositoryId, uid }: Repository, deviceId: Id<'dev'>) => {
    const place = repositoryPlace(dataFolder, uid)
    // A session that could neither ask nor commit would only send in vain.
    await demandCurrentIndex(place, () => findRepository(database.kysely, repositoryId))
    await volumes.write(() => prepareSnapshotFolder(place, parseDeviceId(deviceId)), uid)
  }
  const sessions = createBackupSessionsService({ ...options, space, prepareDevice })
  const committing = { ...options, volumes, sessions, space, reached }
  const turns = createPackTurns()
  const packs = createPacksService({ ...options, volumes, filters, turns, reached })
  const traffic = createTraffic(options)
  const findOtherCopy = options.findOtherCopy ?? (async () => undefined)
  const finishPrune = createFinishIntents({ database, dataFolder, clock: options.clock, reached })
  const claims = createClaimsService(options)
  const commits = createCommitsService(committing)
  const uploads = countUploads(createUploadsService({ sessions, packs, space, dataFolder }), traffic)
  return {
    volumes,
    moves: createMoves({ database, dataFolder, volumes, log: options.log, reached, graceMs: options.moveGraceMs }),
    sessions,
    claims,
    filters,
    uploads,
    commits,
    deposits: createDeposits({ ...options, sessions, claims, uploads, commits }),
    adopt: createAdopt({
      ...committing,
      finishIntents: async (repository) => {
        await finishSlotFiles({ database, dataFolder, reached }, repository)
        await finishPrune(repository)
        await finishQuarantines(repository, { database, dataFolder, reached })
      },
    }),
    prune: createPruneService({
      ...options,
      volumes,
      turns,
      readObservedTime: () => readObservedTime(database.kysely),
      readSpace,
      reached,
    }),
    repair: createRepair({ ...options, volumes, findOtherCopy, reached }),
    records: countReads(options.records, traffic),
    traffic,
    readVersion: createReadVersion(options),
    listRepositories: () => listAllRepositories(database.kysely),
    getRepository: async (customerId) => {
      const repository = await findRepositoryOfCustomer(database.kysely, customerId)
      if (repository === undefined) throw new RepositoryError('not-found', 'This account has no place for backups.')
      return repository
    },
  }
}
