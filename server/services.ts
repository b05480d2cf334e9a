import { addressForPeople } from './address-for-people.ts'
import type { Box } from './box.ts'
import { createDevicesSide, type DevicesSide } from './devices-side.ts'
import type { Readiness } from './health/readiness.ts'
import { createPeople, type People } from './people.ts'
import { createRecordsService } from './records/records-service.ts'
import { createRepositories, type Repositories } from './repositories/repositories-service.ts'
import type { Authority } from './tls/authority.ts'
import { createUploads, type Uploads } from './uploads.ts'
import { createWorkerPool } from './worker-pool/worker-pool.ts'

/** Every use case of the box, over its database and files: what routes and commands are made of. */
export type Services = People &
  DevicesSide &
  AsyncDisposable & {
    readonly repositories: Repositories
    readonly uploads: Uploads
    readonly readiness: Readiness
    readonly authority: Authority
  }

export async function createServices(box: Box): Promise<Services> {
  const { database, dataFolder, masterKey, clock, randomness, config, reached } = box
  const repositories = createRepositories({
    database,
    dataFolder,
    masterKey,
    clock,
    randomness,
    // A port that is free at each start is no address to print.
    addresses: config.port === 0 && config.publicUrl === undefined ? [] : [addressForPeople(config)],
  })
  const { createRepositoryForCustomer } = repositories
  const people = await createPeople({ database, clock, randomness, createRepositoryForCustomer })
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
    log: box.log.child({ part: 'devices' }),
  })
  const uploads = await createUploads({
    ...people,
    ...devicesSide,
    database,
    dataFolder,
    clock,
    randomness,
    records,
    openSecrets: repositories.openSecrets,
    log: box.log.child({ part: 'uploads' }),
    reached,
  })
  return {
    ...people,
    ...devicesSide,
    uploads,
    repositories,
    readiness: box.readiness,
    authority: box.authority,
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  }
}
