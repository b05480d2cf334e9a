/** What is asked whenever a link is opened: when it is made, when one that had ended works again, and when one is given more time. */
import type { CustomersService } from '../customers/customers-service.ts'
import type { Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Subscription } from '../subscriptions/subscription.ts'
import { type Share, shareLimits } from './share.ts'
import { ShareError } from './share-error.ts'
import { mayShare } from './share-surroundings.ts'
import { countOpenShares, findBinned } from './shares-table.ts'

/**
 * `plan`: of the computer or inbox that the link leads to. Under the lock of its repository, which rules of retention take too: either
 * they see the link, or it sees the bin. Throws ShareError.
 */
export type DemandOpenable = (tx: Transaction, share: Share, plan: Subscription | undefined) => Promise<void>

export function createDemandOpenable(options: {
  readonly clock: Clock
  readonly customers: Pick<CustomersService, 'find'>
}): DemandOpenable {
  const { clock, customers } = options
  return async (tx, share, plan) => {
    const nowMs = clock.now()
    if ((await customers.find(share.customerId))?.state !== 'active')
      throw new ShareError('not-allowed', 'This account is suspended or leaves: nothing is shared from it.')
    if (!mayShare(plan, nowMs)) throw notInPlan()
    const others = await countOpenShares(tx, { ...share, nowMs })
    if (others >= shareLimits.openPerCustomer)
      throw new ShareError('too-many', `There are ${others} links that work. Withdraw some of them first.`)
    if (share.kind === 'download' && (await findBinned(tx, share.version)) !== false)
      throw new ShareError('version-gone', 'This version is in the bin, or gone. Take it back before it is shared.')
  }
}

export function notInPlan(): ShareError {
  return new ShareError('not-in-plan', 'The plan of this account has no sharing in it, or has ended.')
}
