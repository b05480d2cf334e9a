/** Who hears by letter that files have come by a link: whoever made it, and where they have left, the owners of the account. */
import { listOwners } from '../customers/memberships-table.ts'
import type { Database } from '../database/database.ts'
import type { UsersService } from '../users/users-service.ts'
import type { ShareFacts } from './share.ts'

export interface ToldOfDelivery {
  readonly who: 'maker' | 'owners'
  readonly people: readonly { readonly email: string; readonly name: string }[]
}

/** Undefined: nobody; the box sends no mail, or the account has no owner. */
export type FindTold = (share: Pick<ShareFacts, 'createdBy' | 'customerId'>) => Promise<ToldOfDelivery | undefined>

export function createFindTold(options: {
  readonly database: Database
  readonly users: Pick<UsersService, 'find'>
  readonly isMailSetUp: () => Promise<boolean>
}): FindTold {
  return async ({ createdBy, customerId }) => {
    if (!(await options.isMailSetUp())) return undefined
    const maker = await options.users.find(createdBy.userId)
    if (maker?.memberships.some((membership) => membership.customerId === customerId) === true)
      return { who: 'maker', people: [maker] }
    const owners = await listOwners(options.database.kysely, customerId)
    return owners.length === 0 ? undefined : { who: 'owners', people: owners }
  }
}
