/** Repositories as customers' property: made with the customer, opened by the box, recoverable by the kit. */
import type { RepositorySecrets } from '../../engine/index.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { type Customer, formatCustomerNumber } from '../customers/customer.ts'
import type { Id } from '../runtime/ids.ts'
import { createRepository, type RepositoryMaking } from './create-repository.ts'
import { findKeySlotOfKind } from './key-slots-table.ts'
import { recoveryKitText } from './recovery-kit.ts'
import { findRepository, findRepositoryOfCustomer } from './repositories-table.ts'
import type { Repository, RepositoryId } from './repository.ts'
import { RepositoryError } from './repository-error.ts'
import { createOpenSecrets, type OpenSecrets } from './repository-secrets.ts'
import { unsealSecret } from './sealed-secret.ts'

export interface Repositories {
  /** Idempotent: it finishes what an interrupted call began. */
  readonly createRepositoryForCustomer: (customerId: Id<'cus'>) => Promise<void>
  readonly openSecrets: OpenSecrets
  readonly find: (repositoryId: RepositoryId) => Promise<Repository | undefined>
  readonly findOfCustomer: (customerId: Id<'cus'>) => Promise<Repository | undefined>
  readonly secretsOf: (repositoryId: RepositoryId) => Promise<RepositorySecrets>
  /**
   * The kit, to be printed: the audit log keeps who asked for it. Whoever has shown it to a person then says so with
   * `customers.markKitPrinted`.
   */
  readonly recoveryKit: (customer: Pick<Customer, 'customerId' | 'number' | 'name'>, actingAs: ActingAs) => Promise<string>
}

export interface RepositoriesOptions extends RepositoryMaking {
  /** Where people reach the box: printed on kits. */
  readonly addresses: readonly string[]
}

export function createRepositories(making: RepositoriesOptions): Repositories {
  const { database, masterKey, clock, addresses } = making
  const { kysely } = database
  const openSecrets = createOpenSecrets(making)

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
    find: (repositoryId) => findRepository(kysely, repositoryId),
    findOfCustomer: (customerId) => findRepositoryOfCustomer(kysely, customerId),
    secretsOf: async (repositoryId) => openSecrets(await getRepository(repositoryId)),
    recoveryKit: async (customer, actingAs) => {
      const { customerId } = customer
      const repository = await findRepositoryOfCustomer(kysely, customerId)
      const stored = repository && (await findKeySlotOfKind(kysely, repository.repositoryId, 'recovery'))
      if (repository === undefined || stored?.sealedSecret === undefined)
        throw new RepositoryError('keys-lost', 'The box has no recovery secret of this customer.')
      const { uid } = repository
      const context = { purpose: 'recovery-secret', uid, slotId: stored.slot.id } as const
      const recoverySecret = unsealSecret(masterKey, stored.sealedSecret, context)
      const nowMs = clock.now()
      await insertAudit(kysely, { ...actingAs, at: nowMs, action: 'recovery-kit.printed', objectId: customerId, customerId })
      return recoveryKitText({
        customerName: customer.name,
        customerNumber: formatCustomerNumber(customer.number),
        uid,
        recoverySecret,
        addresses,
        printedAt: `${new Date(nowMs).toISOString().slice(0, 16).replace('T', ' ')} UTC`,
      })
    },
  }
}
