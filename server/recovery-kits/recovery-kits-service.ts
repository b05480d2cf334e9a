/**
 * Recovery kits, to be printed and kept away from the box: each customer's opens that customer's backups, the server's brings back the
 * box itself. The audit log keeps who asked for one; that it was shown to a person is noted, so that nobody is asked for ever.
 */
import type { AlarmsService } from '../alarms/alarms-service.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { type Customer, formatCustomerNumber } from '../customers/customer.ts'
import { findCustomersByIds, setKitPrinted } from '../customers/customers-table.ts'
import type { Database } from '../database/database.ts'
import { findKeySlotOfKind } from '../repositories/key-slots-table.ts'
import { findRepositoryOfCustomer, listRepositories } from '../repositories/repositories-table.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { unsealSecret } from '../repositories/sealed-secret.ts'
import type { Clock } from '../runtime/clock.ts'
import { findSetting, putSetting } from '../settings/settings-table.ts'
import { customerKitAlarm, serverKitAlarm } from './kit-reminders.ts'
import { type RecoveryKit, repositoriesOnSheetMax } from './recovery-kit.ts'
import { serverSecretName } from './server-secret.ts'

export interface RecoveryKits {
  /** Noted as printed: whoever asks shows it to a person. */
  readonly ofCustomer: (
    customer: Pick<Customer, 'customerId' | 'number' | 'name'>,
    actingAs: ActingAs,
  ) => Promise<Extract<RecoveryKit, { opens: 'customer' }>>
  readonly ofServer: (actingAs: ActingAs) => Promise<Extract<RecoveryKit, { opens: 'server' }>>
  /** When the kit that opens this box's own backups was printed last; undefined: never, or it was one of another secret. */
  readonly serverKitPrintedAt: () => Promise<number | undefined>
}

/** Repositories counted for the server's sheet. */
const repositoriesMax = 10_000

export function createRecoveryKits(options: {
  readonly database: Database
  readonly masterKey: Buffer
  readonly serverSecret: Buffer
  readonly boxId: string
  readonly clock: Clock
  /** Where people reach the box: printed on kits. */
  readonly addresses: readonly string[]
  /** Whoever has just been given a kit needs not be asked for it. */
  readonly alarms: Pick<AlarmsService, 'settle'>
}): RecoveryKits {
  const { database, masterKey, serverSecret, boxId, clock, addresses, alarms } = options
  const { kysely } = database

  const customerSecret = async (customerId: Customer['customerId']) => {
    const repository = await findRepositoryOfCustomer(kysely, customerId)
    const stored = repository && (await findKeySlotOfKind(kysely, repository.repositoryId, 'recovery'))
    if (repository === undefined || stored?.sealedSecret === undefined)
      throw new RepositoryError('keys-lost', 'The box has no recovery secret of this customer.')
    const { uid } = repository
    const context = { purpose: 'recovery-secret', uid, slotId: stored.slot.id } as const
    return { uid, secret: unsealSecret(masterKey, stored.sealedSecret, context) }
  }

  return {
    ofCustomer: async ({ customerId, number, name }, actingAs) => {
      const { uid, secret } = await customerSecret(customerId)
      const nowMs = clock.now()
      await database.transaction(async (transaction) => {
        const entry = { at: nowMs, action: 'recovery-kit.printed', objectId: customerId, customerId } as const
        await insertAudit(transaction, { ...actingAs, ...entry })
        await setKitPrinted(transaction, customerId, nowMs)
      })
      await alarms.settle(customerKitAlarm(customerId))
      const customer = { name, number: formatCustomerNumber(number) }
      return { opens: 'customer', customer, uid, secret, addresses, printedAtMs: nowMs }
    },
    ofServer: async (actingAs) => {
      const all = await listRepositories(kysely, { after: 0, limit: repositoriesMax })
      const shown = all.slice(0, repositoriesOnSheetMax)
      const customers = await findCustomersByIds(
        kysely,
        shown.map(({ customerId }) => customerId),
      )
      const numberOf = new Map(customers.map(({ customerId, number }) => [customerId, formatCustomerNumber(number)]))
      const nowMs = clock.now()
      await database.transaction(async (transaction) => {
        await insertAudit(transaction, { ...actingAs, at: nowMs, action: 'server-kit.printed' })
        await putSetting(transaction, 'server-kit.printed', `${nowMs} ${serverSecretName(serverSecret)}`, nowMs)
      })
      await alarms.settle(serverKitAlarm)
      return {
        opens: 'server',
        boxId,
        secret: serverSecret,
        addresses,
        printedAtMs: nowMs,
        repositories: shown.map(({ customerId, uid }) => ({ customer: numberOf.get(customerId) ?? customerId, uid })),
        repositoriesCount: all.length,
      }
    },
    serverKitPrintedAt: async () => {
      const [printedAt, name] = ((await findSetting(kysely, 'server-kit.printed')) ?? '').split(' ')
      return name === serverSecretName(serverSecret) ? Number(printedAt) : undefined
    },
  }
}
