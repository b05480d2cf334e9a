/** Which letters people get: what they chose, and what an account's owner says for those who did not. */
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { MemberRole } from '../customers/membership.ts'
import { memberRoles } from '../customers/membership.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { UserIdentity } from '../users/user.ts'
import { type LetterChoices, maxChosenCustomers, type StaffChoices, usualStaffChoices } from './letter-choices.ts'
import * as table from './letter-choices-table.ts'

export interface LetterChoicesService {
  readonly findOwn: (
    user: UserIdentity,
    customerId: Id<'cus'>,
  ) => Promise<{ readonly choices: LetterChoices; readonly isOwn: boolean }>
  /** Undefined: what the account says for everybody. */
  readonly saveOwn: (user: UserIdentity, customerId: Id<'cus'>, choices: LetterChoices | undefined) => Promise<void>
  readonly findStaff: (user: UserIdentity) => Promise<StaffChoices | undefined>
  readonly saveStaff: (user: UserIdentity, choices: StaffChoices) => Promise<void>
  readonly findAccount: (
    customerId: Id<'cus'>,
  ) => Promise<{ readonly defaults: Readonly<Record<MemberRole, LetterChoices>>; readonly silenceDays: number | undefined }>
  readonly saveAccount: (
    customerId: Id<'cus'>,
    account: { readonly defaults: Readonly<Record<MemberRole, LetterChoices>>; readonly silenceDays: number | undefined },
    actingAs: ActingAs,
  ) => Promise<void>
}

export function createLetterChoices({
  database,
  clock,
}: {
  readonly database: Database
  readonly clock: Clock
}): LetterChoicesService {
  const { kysely } = database
  return {
    findOwn: async ({ userId, memberships }, customerId) => {
      const own = await table.findOwnChoices(kysely, { userId, customerId })
      if (own !== undefined) return { choices: own, isOwn: true }
      const role = memberships.find((membership) => membership.customerId === customerId)?.role ?? 'viewer'
      return { choices: (await table.findDefaults(kysely, customerId))[role], isOwn: false }
    },
    saveOwn: ({ userId }, customerId, choices) =>
      choices === undefined
        ? table.removeOwnChoices(kysely, { userId, customerId })
        : table.putOwnChoices(kysely, { userId, customerId }, choices, clock.now()),
    findStaff: async ({ userId, staffRole }) =>
      staffRole && ((await table.findStaffChoices(kysely, userId)) ?? usualStaffChoices[staffRole]),
    saveStaff: ({ userId }, choices) =>
      database.transaction((tx) => {
        const chosen = [...new Set(choices.chosen)].toSorted().slice(0, maxChosenCustomers)
        return table.putStaffChoices(tx, userId, { ...choices, chosen }, clock.now())
      }),
    findAccount: async (customerId) => ({
      defaults: await table.findDefaults(kysely, customerId),
      silenceDays: await table.findSilenceDays(kysely, customerId),
    }),
    saveAccount: (customerId, { defaults, silenceDays }, actingAs) =>
      database.transaction(async (tx) => {
        const at = clock.now()
        for (const role of memberRoles) await table.putDefaults(tx, { customerId, role }, defaults[role], at)
        await table.putSilenceDays(tx, { customerId, days: silenceDays }, at)
        const detail = { silenceDays: silenceDays ?? 'usual', ownersDigest: defaults.owner.digest }
        await insertAudit(tx, { ...actingAs, at, action: 'letters.defaults-changed', customerId, detail })
      }),
  }
}
