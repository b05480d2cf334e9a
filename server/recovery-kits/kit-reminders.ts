/**
 * Whether the kits are where somebody would look for them. Nobody can see into a safe, so once a year people are asked: a kit that was
 * never printed and one that was printed long ago are alarms until it is printed (again).
 */
import type { AlarmKey } from '../alarms/alarm.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import { listCustomers } from '../customers/customers-table.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { RecoveryKits } from './recovery-kits-service.ts'

export interface KitReminders {
  /** Looks at every kit, and raises or settles what there is to say. */
  readonly look: () => Promise<{ readonly due: number }>
}

const dayMs = 86_400_000
const oldAfterMs = 365 * dayMs
/** A new box is asked by its Home; an alarm comes when that was not enough. */
const patienceMs = 7 * dayMs
const customersAtOnce = 200

export const serverKitAlarm: AlarmKey = { code: 'HF-SERVER-KIT-DUE', subject: 'server' }

export function customerKitAlarm(customerId: Id<'cus'>): AlarmKey {
  return { code: 'HF-RECOVERY-KIT-DUE', subject: `customer:${customerId}` }
}

export type KitStanding = 'fresh' | 'never' | 'old'

/** Pure. */
export function kitStanding(kit: {
  readonly printedAtMs: number | undefined
  readonly sinceMs: number
  readonly nowMs: number
}): KitStanding {
  const { printedAtMs, sinceMs, nowMs } = kit
  if (printedAtMs === undefined) return nowMs - sinceMs >= patienceMs ? 'never' : 'fresh'
  return nowMs - printedAtMs >= oldAfterMs ? 'old' : 'fresh'
}

export function createKitReminders(options: {
  readonly database: Database
  readonly clock: Clock
  readonly alarms: Pick<AlarmsService, 'report'>
  readonly recoveryKits: Pick<RecoveryKits, 'serverKitPrintedAt'>
}): KitReminders {
  const { database, clock, alarms, recoveryKits } = options

  const lookAtCustomers = async (): Promise<{ readonly due: number; readonly sinceMs: number | undefined }> => {
    let firstCreatedAt: number | undefined
    let due = 0
    for (let afterNumber = 0; ; ) {
      const customers = await listCustomers(database.kysely, { reach: 'all', afterNumber, limit: customersAtOnce })
      for (const { customerId, number, kitPrintedAt, createdAt } of customers) {
        firstCreatedAt = Math.min(firstCreatedAt ?? createdAt, createdAt)
        const standing = kitStanding({ printedAtMs: kitPrintedAt, sinceMs: createdAt, nowMs: clock.now() })
        const detail = detailOf(standing, `of ${formatCustomerNumber(number)}`)
        if (detail !== undefined) due += 1
        await alarms.report(customerKitAlarm(customerId), detail === undefined ? undefined : { customerId, detail })
      }
      const last = customers.at(-1)
      if (last === undefined || customers.length < customersAtOnce) return { due, sinceMs: firstCreatedAt }
      afterNumber = last.number
    }
  }

  return {
    look: async () => {
      const { due, sinceMs } = await lookAtCustomers()
      if (sinceMs === undefined) return { due } // not set up: there is nothing to lose yet
      const standing = kitStanding({ printedAtMs: await recoveryKits.serverKitPrintedAt(), sinceMs, nowMs: clock.now() })
      const detail = detailOf(standing, 'of the server')
      await alarms.report(serverKitAlarm, detail === undefined ? undefined : { detail })
      return { due: due + (detail === undefined ? 0 : 1) }
    },
  }
}

function detailOf(standing: KitStanding, whose: string): string | undefined {
  switch (standing) {
    case 'fresh':
      return undefined
    case 'never':
      return `The kit ${whose} was never printed.`
    case 'old':
      return `The kit ${whose} was printed more than a year ago. Look whether it is where it should be, or print it again.`
    default:
      return standing satisfies never
  }
}
