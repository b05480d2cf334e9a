/** The form of a customer's details: what a browser sends, and what it shows again with what is wrong with it. */
import { z } from 'zod'
import type { CustomerField, CustomerFieldsProps } from '../../views/partials/customer-fields.ts'
import type { Customer } from './customer.ts'
import { countryCodes, detailFields, type GivenDetails, noDetails } from './customer-details.ts'
import { CustomerError } from './customer-error.ts'

const text = z.string().default('')

export const customerFormSchema = z.object({
  name: z.string(),
  ...(Object.fromEntries(detailFields.map((field) => [field, text])) as Record<(typeof detailFields)[number], typeof text>),
})
export type CustomerForm = z.output<typeof customerFormSchema>

export function detailsOf(form: CustomerForm, { hasNotes }: { readonly hasNotes: boolean }): GivenDetails {
  const { name: _name, notes, ...details } = form
  return hasNotes ? { ...details, notes } : details
}

const timeZones = Intl.supportedValuesOf('timeZone')

export function fieldsProps(
  values: Readonly<Record<CustomerField, string>>,
  more: { readonly hasNotes: boolean; readonly problems?: CustomerFieldsProps['problems'] },
): CustomerFieldsProps {
  return { values, problems: more.problems ?? {}, countries: countryCodes, timeZones, hasNotes: more.hasNotes }
}

export const emptyFields = { name: '', ...noDetails }

export function fieldsOf({ name, details }: Pick<Customer, 'name' | 'details'>) {
  return { name, ...details }
}

/** What the person at the form can put right, by field; anything else is not theirs. */
export function problemsOf(error: unknown): CustomerFieldsProps['problems'] {
  if (!(error instanceof CustomerError)) throw error
  if (error.fault === 'invalid-name') return { name: error.message }
  if (error.fault === 'invalid-details') return error.problems
  throw error
}
