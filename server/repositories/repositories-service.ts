/** Repositories as customers' property: made with the customer, opened by the box, recoverable by the kit. */
import type { RepositorySecrets } from '../../engine/index.ts'
import type { Id } from '../runtime/ids.ts'
import { createRepository, type RepositoryMaking } from './create-repository.ts'
import { findRepository, findRepositoryOfCustomer, listRepositoriesOfCustomers } from './repositories-table.ts'
import type { Repository, RepositoryId } from './repository.ts'
import { RepositoryError } from './repository-error.ts'
import { createOpenSecrets, type ForgetSecrets, type OpenSecrets } from './repository-secrets.ts'

export interface Repositories {
  /** Idempotent: it finishes what an interrupted call began. */
  readonly createRepositoryForCustomer: (customerId: Id<'cus'>) => Promise<void>
  readonly openSecrets: OpenSecrets
  readonly forgetSecrets: ForgetSecrets
  readonly find: (repositoryId: RepositoryId) => Promise<Repository | undefined>
  readonly findOfCustomer: (customerId: Id<'cus'>) => Promise<Repository | undefined>
  readonly listOfCustomers: (customerIds: readonly Id<'cus'>[]) => Promise<readonly Repository[]>
  readonly secretsOf: (repositoryId: RepositoryId) => Promise<RepositorySecrets>
}

export function createRepositories(making: RepositoryMaking): Repositories {
  const { kysely } = making.database
  const { openSecrets, forgetSecrets } = createOpenSecrets(making)

  const getRepository = async (repositoryId: RepositoryId) => {
    const repository = await findRepository(kysely, repositoryId)
    if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
    return repository
  }

  return {
    createRepositoryForCustomer: async (customerId) => {
      await createRepository(making, customerId)
    },
    openSecrets,
    forgetSecrets,
    find: (repositoryId) => findRepository(kysely, repositoryId),
    findOfCustomer: (customerId) => findRepositoryOfCustomer(kysely, customerId),
    listOfCustomers: (customerIds) => listRepositoriesOfCustomers(kysely, customerIds),
    secretsOf: async (repositoryId) => openSecrets(await getRepository(repositoryId)),
  }
}
