import { hostname } from 'node:os'
import type { Box } from './box.ts'
import type { Config } from './config.ts'
import { createDevicesSide, type DevicesSide } from './devices-side.ts'
import type { Readiness } from './health/readiness.ts'
import { createPeople, type People } from './people.ts'
import { createRepositories, type Repositories } from './repositories/repositories-service.ts'
import type { Authority } from './tls/authority.ts'

/** Every use case of the box, over its database and files: what routes and commands are made of. */
export type Services = People &
  DevicesSide & {
    readonly repositories: Repositories
    readonly readiness: Readiness
    readonly authority: Authority
  }

export async function createServices(box: Box): Promise<Services> {
  const { database, dataFolder, masterKey, clock, randomness, config } = box
  const repositories = createRepositories({ database, dataFolder, masterKey, clock, randomness, addresses: [addressOf(config)] })
  const { createRepositoryForCustomer } = repositories
  const people = await createPeople({ database, clock, randomness, createRepositoryForCustomer })
  const devicesSide = createDevicesSide({ ...people, database, dataFolder, masterKey, clock, randomness, repositories })
  return { ...people, ...devicesSide, repositories, readiness: box.readiness, authority: box.authority }
}

/** As it is printed on kits. Nobody can open the addresses that mean "all of them". */
function addressOf({ publicUrl, tls, host, port }: Config): string {
  const name = host === '0.0.0.0' || host === '::' ? hostname() : host
  return publicUrl ?? `${tls === 'off' ? 'http' : 'https'}://${name.includes(':') ? `[${name}]` : name}:${port}`
}
