import type { Box } from './box.ts'
import type { Readiness } from './health/readiness.ts'
import { createPeople, type People } from './people.ts'
import type { Authority } from './tls/authority.ts'

/** Every use case of the box, over its database and files: what routes and commands are made of. */
export type Services = People & {
  readonly readiness: Readiness
  readonly authority: Authority
}

export async function createServices(box: Box): Promise<Services> {
  const { database, clock, randomness } = box
  const createRepositoryForCustomer = async () => {}
  const people = await createPeople({ database, clock, randomness, createRepositoryForCustomer })
  return { ...people, readiness: box.readiness, authority: box.authority }
}
