import type { Id } from '../runtime/ids.ts'
import { parseDisplayText } from '../text/display-text.ts'
import { CustomerError } from './customer-error.ts'

/** `founding`: the row exists, its repository may not yet; nobody sees it. */
export const customerStates = ['founding', 'active', 'suspended'] as const
export type CustomerState = (typeof customerStates)[number]

export interface Customer {
  readonly customerId: Id<'cus'>
  /** Counted up without gaps; people read it as `C-000001`. */
  readonly number: number
  readonly name: string
  readonly state: CustomerState
  /** When the recovery kit was last printed; Home asks for it until it was. */
  readonly kitPrintedAt: number | undefined
  readonly createdAt: number
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
