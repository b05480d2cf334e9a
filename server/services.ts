import { addressForPeople } from './address-for-people.ts'
import type { Box } from './box.ts'
import { type Care, createCare } from './care.ts'
import { choreList } from './chore-list.ts'
import { type ChoresService, createChoresService } from './chores/chores-service.ts'
import { createFindOtherCopy } from './copies/find-other-copy.ts'
import { type CopiesSide, createCopiesSide } from './copies-side.ts'
import { createEnding } from './customers/ending/ending-service.ts'
import { createDevicesSide, type DevicesSide } from './devices-side.ts'
import { createDrills, type DrillsService } from './drills/drills-service.ts'
import type { Readiness } from './health/readiness.ts'
import { createKeyCare, type KeyCareService } from './key-care/key-care-service.ts'
import { createLettersSide, type LettersSide } from './letters-side.ts'
import { createPeople, type People } from './people.ts'
import { createPlansSide, type PlansSide } from './plans-side.ts'
import { createRebuild, type RebuildService } from './rebuild/rebuild-service.ts'
import { createRecordsService } from './records/records-service.ts'
import { addressesOnKits, createRecoverySide, type RecoverySide } from './recovery-side.ts'
import { createRepositories, type Repositories } from './repositories/repositories-service.ts'
import { createRestoresSide, type RestoresSide } from './restores-side.ts'
import { createRetentionSide, type RetentionSide } from './retention-side.ts'
import { readVersion } from './runtime/version.ts'
import { createSharesSide, type SharesSide } from './shares-side.ts'
import type { Authority } from './tls/authority.ts'
import { createUploads, type Uploads } from './uploads.ts'
import { createWorkerPool } from './worker-pool/worker-pool.ts'

/** Every use case of the box, over its database and files: what routes and commands are made of. */
export type Services = People &
  DevicesSide &
  RecoverySide &
  RetentionSide &
  RestoresSide &
  PlansSide &
  CopiesSide &
  SharesSide &
  LettersSide &
  Care &
  AsyncDisposable & {
    readonly chores: ChoresService
    readonly drills: DrillsService
    readonly repositories: Repositories
    readonly uploads: Uploads
    readonly keyCare: KeyCareService
    readonly rebuild: RebuildService
    readonly readiness: Readiness
    readonly authority: Authority
  }

export async function createServices(box: Box): Promise<Services> {
  const { database, dataFolder, masterKey, clock, randomness, config, reached } = box
  const care = createCare({ database, clock, log: box.log.child({ part: 'care' }) })
  const repositories = createRepositories({
    database,
    dataFolder,
    masterKey,
    clock,
    randomness,
  })
  const { createRepositoryForCustomer } = repositories
  const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone
  const lettersSide = await createLettersSide({
    ...box,
    ...care,
    ...config,
    timeZone,
    log: box.log.child({ part: 'letters' }),
    findListeningUrl: () => addressForPeople({ ...config, port: box.listening.port ?? config.port }),
  })
  const people = await createPeople({ ...box, timeZone, createRepositoryForCustomer, ...lettersSide })
  const records = createRecordsService({ database, dataFolder, log: box.log.child({ part: 'records' }) })
  const pool = createWorkerPool()
  const devicesSide = createDevicesSide({
    ...people,
    database,
    dataFolder,
    masterKey,
    clock,
    randomness,
    repositories,
    records,
    pool,
    searchBytes: config.searchBytes,
    log: box.log.child({ part: 'devices' }),
    reached,
  })
  const findOtherCopy = createFindOtherCopy({ database, log: box.log.child({ part: 'copies' }) })
  const uploads = await createUploads({
    ...people,
    ...devicesSide,
    ...care,
    database,
    dataFolder,
    clock,
    randomness,
    records,
    openSecrets: repositories.openSecrets,
    findOtherCopy,
    pool,
    log: box.log.child({ part: 'uploads' }),
    reached,
    moveGraceMs: box.moveGraceMs,
  })
  const copiesSide = createCopiesSide({
    ...box,
    ...care,
    pool,
    uploads,
    findOtherCopy,
    log: box.log.child({ part: 'copies' }),
  })
  const keyCare = createKeyCare({
    ...box,
    masterKeyFile: config.masterKeyFile,
    volumes: uploads.volumes,
    forgetSecrets: repositories.forgetSecrets,
  })
  const recoverySide = createRecoverySide({
    ...box,
    log: box.log.child({ part: 'recovery' }),
    addresses: addressesOnKits(config),
    volumes: uploads.volumes,
    alarms: care.alarms,
  })
  const retentionSide = createRetentionSide({
    ...people,
    ...devicesSide,
    repositories,
    database,
    dataFolder,
    clock,
    randomness,
    timeZone,
    volumes: uploads.volumes,
    readObservedTime: care.observedTime.read,
    log: box.log.child({ part: 'retention' }),
    reached,
  })
  const restoresSide = createRestoresSide({
    ...box,
    ...devicesSide,
    ...retentionSide,
    ...lettersSide,
    repositories,
    timeZone,
    log: box.log.child({ part: 'restores' }),
  })
  const plansSide = createPlansSide({ ...people, ...devicesSide, ...retentionSide, database, dataFolder, clock, randomness })
  const sharesSide = createSharesSide({ ...people, ...devicesSide, ...lettersSide, ...box, repositories, uploads, timeZone })
  const rebuild = createRebuild({
    ...people,
    ...devicesSide,
    ...box,
    ...care,
    ...retentionSide,
    filters: uploads.filters,
    volumes: uploads.volumes,
    pool,
    log: box.log.child({ part: 'rebuild' }),
  })
  const ending = createEnding({
    ...box,
    ...care,
    ...recoverySide,
    volumes: uploads.volumes,
    forgetSecrets: repositories.forgetSecrets,
    log: box.log.child({ part: 'ends' }),
  })
  const drills = createDrills({
    ...box,
    ...care,
    ...devicesSide,
    repositories,
    records,
    traffic: uploads.traffic,
    timeZone,
    version: readVersion(),
    log: box.log.child({ part: 'drills' }),
  })
  await drills.start()
  const chores = createChoresService({
    ...care,
    database,
    clock,
    log: box.log.child({ part: 'chores' }),
    chores: choreList({
      ...people,
      ...devicesSide,
      ...care,
      ...retentionSide,
      ...plansSide,
      ...recoverySide,
      ...copiesSide,
      ...lettersSide,
      isHeartbeatWanted: config.heartbeatUrl !== undefined,
      ending,
      drills,
      moves: uploads.moves,
      repair: uploads.repair,
      prune: uploads.prune,
      traffic: uploads.traffic,
      clock,
      database,
      dataFolder,
      timeZone,
      log: box.log.child({ part: 'chores' }),
    }),
  })
  await chores.start()
  return {
    ...people,
    ...devicesSide,
    ...care,
    chores,
    drills,
    ...recoverySide,
    ...retentionSide,
    ...restoresSide,
    ...plansSide,
    ...copiesSide,
    ...sharesSide,
    ...lettersSide,
    uploads,
    keyCare,
    rebuild,
    repositories,
    readiness: box.readiness,
    authority: box.authority,
    [Symbol.asyncDispose]: async () => {
      await chores.stop()
      await devicesSide.lostMarker[Symbol.asyncDispose]()
      await devicesSide.thumbnails[Symbol.asyncDispose]()
      await devicesSide.searchIndex[Symbol.asyncDispose]()
      await pool[Symbol.asyncDispose]()
    },
  }
}
