import { z } from '@hono/zod-openapi'
import { formatTime, timeSchema } from '../http/api-schemas.ts'
import { type Customer, formatCustomerNumber, maxReasonCharacters, visibleStates } from './customer.ts'
import { type CustomerDetails, maxDetailCharacters } from './customer-details.ts'

const text = (field: keyof CustomerDetails) => z.string().max(maxDetailCharacters[field] * 4)

/** What is written down; an empty text is what nobody has said. What each field takes is checked where it is read. */
export const detailsSchema = z
  .object({
    contact: text('contact'),
    street: text('street'),
    postcode: text('postcode'),
    city: text('city'),
    country: text('country').openapi({ description: 'ISO 3166-1, two letters.', example: 'DE' }),
    taxId: text('taxId'),
    phone: text('phone'),
    email: text('email'),
    language: text('language').openapi({ example: 'en' }),
    timeZone: text('timeZone').openapi({ example: 'Europe/Berlin' }),
  })
  .openapi('CustomerDetails')

export const notesSchema = text('notes').openapi({ description: 'For the box’s staff; absent for everybody else.' })

export const customerSchema = z
  .object({
    id: z.string().openapi({ example: 'cus_a2b3c4d5e6f7g2h3i4j5' }),
    number: z.string().openapi({ example: 'C-000001' }),
    name: z.string(),
    state: z.enum(visibleStates),
    suspendedReason: z.string().nullable(),
    endsAt: timeSchema.nullable().openapi({ description: 'Of one that was deleted: when that cannot be taken back any more.' }),
    details: detailsSchema,
    notes: notesSchema.optional(),
    recoveryKitPrintedAt: timeSchema.nullable(),
    createdAt: timeSchema,
  })
  .openapi('Customer')

export const reasonSchema = z.object({ reason: z.string().max(maxReasonCharacters * 4) })

export function customerBody(
  customer: Customer,
  { isForStaff }: { readonly isForStaff: boolean },
): z.input<typeof customerSchema> {
  const { notes, ...details } = customer.details
  const { suspended, leaving, kitPrintedAt } = customer
  return {
    id: customer.customerId,
    number: formatCustomerNumber(customer.number),
    name: customer.name,
    state: customer.state === 'suspended' || customer.state === 'leaving' ? customer.state : 'active',
    suspendedReason: suspended?.reason ?? null,
    endsAt: leaving === undefined ? null : formatTime(leaving.endsAt),
    details,
    ...(isForStaff ? { notes } : {}),
    recoveryKitPrintedAt: kitPrintedAt === undefined ? null : formatTime(kitPrintedAt),
    createdAt: formatTime(customer.createdAt),
  }
}
