import type { Id } from '../runtime/ids.ts'
import { parseDisplayText } from '../text/display-text.ts'
import { type CustomerDetails, noDetails } from './customer-details.ts'
import { CustomerError } from './customer-error.ts'

/**
 * `founding`: the row exists, its repository may not yet; nobody sees it. `leaving`: it can still be kept. `ending`: nobody can take that
 * back, and nobody sees it; `ended`: a number that stays in the audit log.
 */
export const customerStates = ['founding', 'active', 'suspended', 'leaving', 'ending', 'ended'] as const
export type CustomerState = (typeof customerStates)[number]

/** Those that people can look at. */
export const visibleStates = ['active', 'suspended', 'leaving'] as const satisfies readonly CustomerState[]
export type VisibleState = (typeof visibleStates)[number]

/** So long an account that was deleted can be kept after all. */
export const leavingDays = 30

export interface Customer {
  readonly customerId: Id<'cus'>
  /** Counted up without gaps; people read it as `C-000001`. */
  readonly number: number
  readonly name: string
  readonly state: CustomerState
  readonly details: CustomerDetails
  /** Why it is suspended; a customer that leaves may be suspended too. */
  readonly suspended: { readonly at: number; readonly reason: string } | undefined
  readonly leaving: { readonly at: number; readonly endsAt: number } | undefined
  /** When the recovery kit was last printed; Home asks for it until it was. */
  readonly kitPrintedAt: number | undefined
  readonly createdAt: number
}

/** One that is being founded: nothing but its name is known. */
export function newCustomer(first: Pick<Customer, 'customerId' | 'number' | 'name' | 'createdAt'>): Customer {
  return { ...first, state: 'founding', details: noDetails, suspended: undefined, leaving: undefined, kitPrintedAt: undefined }
}

export const maxCustomerNameCharacters = 200
const numberDigits = 6

export function formatCustomerNumber(number: number): string {
  return `C-${String(number).padStart(numberDigits, '0')}`
}

/** `C-000117`, `c-117` and `117` are the same customer; undefined for anything else. */
export function findCustomerNumber(text: string): number | undefined {
  const digits = /^(?:c-)?(\d{1,15})$/i.exec(text.trim())?.[1]
  return digits === undefined ? undefined : Number(digits)
}

export function parseCustomerName(text: string): string {
  const name = parseDisplayText(text, { maxCharacters: maxCustomerNameCharacters })
  if (name === undefined) {
    throw new CustomerError('invalid-name', `A name has 1 to ${maxCustomerNameCharacters} characters, all on one line.`)
  }
  return name
}

export const maxReasonCharacters = 500

export function parseReason(text: string): string {
  const reason = parseDisplayText(text, { maxCharacters: maxReasonCharacters })
  if (reason === undefined)
    throw new CustomerError('invalid-reason', `A reason has 1 to ${maxReasonCharacters} characters, all on one line.`)
  return reason
}
