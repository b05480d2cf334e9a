import type { Id } from '../runtime/ids.ts'

/** In which customers something is allowed: the filter that lists and look-ups of tenants' objects take. */
export type CustomerReach = 'all' | readonly Id<'cus'>[]

export function reaches(reach: CustomerReach, customerId: Id<'cus'>): boolean {
  return reach === 'all' || reach.includes(customerId)
}
