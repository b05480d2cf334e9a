/** Letters to the owners of a customer, posted with what they tell of. */
import { leavingLetter, resumedLetter, staysLetter, suspendedLetter } from '../../views/letters/customer-letters.ts'
import type { LettersService } from '../letters/letters-service.ts'
import { formatCustomerNumber } from './customer.ts'
import { listOwners } from './memberships-table.ts'
import type { TellOwners } from './standing-service.ts'

const letters = { suspended: suspendedLetter, resumed: resumedLetter, leaving: leavingLetter, stays: staysLetter }

export function createTellOwners({ letters: post }: { readonly letters: LettersService }): TellOwners {
  return async (transaction, { kind, customer }) => {
    const { customerId, name, number, suspended, leaving, details } = customer
    const letter = letters[kind]({
      name,
      number: formatCustomerNumber(number),
      reason: suspended?.reason ?? '',
      endsOn: leaving === undefined ? '' : dayText(leaving.endsAt, details.timeZone),
    })
    for (const to of await listOwners(transaction, customerId)) await post.post(transaction, { to, letter, customerId })
  }
}

function dayText(at: number, timeZone: string): string {
  const zone = timeZone === '' ? {} : { timeZone }
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', ...zone }).format(at)
}
