import { type Account, openAccount, openAccountOf } from '../accounts/account.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { AppContext } from '../http/app-environment.ts'
import { requireIn } from '../http/authorisation.ts'
import { Problem } from '../http/problem.ts'
import { isId } from '../runtime/ids.ts'

/** Whose basket is meant: the account that is named, else the one the person stands in. */
export async function accountAsked(c: AppContext, customers: CustomersService, of: string | undefined): Promise<Account> {
  if (of !== undefined && !isId('cus', of)) throw new Problem('HF-NOT-FOUND')
  const account = of === undefined ? await openAccount(c, customers) : await openAccountOf(c, customers, of)
  requireIn(c, 'baskets:use', account.customer.customerId)
  return account
}
