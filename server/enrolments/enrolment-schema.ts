import { z } from '@hono/zod-openapi'
import { formatTime, timeSchema } from '../http/api-schemas.ts'
import { type Enrolment, type EnrolmentState, enrolmentStates } from './enrolment.ts'

export const enrolmentSchema = z
  .object({
    id: z.string().openapi({ example: 'enr_a2b3c4d5e6f7g2h3i4j5' }),
    customerId: z.string(),
    subscriptionId: z.string(),
    deviceId: z.string().nullable().openapi({ description: 'The computer whose place is taken.' }),
    state: z.enum(enrolmentStates),
    uses: z.int(),
    usesMax: z.int(),
    createdBy: z.string(),
    createdAt: timeSchema,
    expiresAt: timeSchema,
  })
  .openapi('Enrolment')

export function enrolmentBody(enrolment: Enrolment, state: EnrolmentState): z.input<typeof enrolmentSchema> {
  return {
    id: enrolment.enrolmentId,
    customerId: enrolment.customerId,
    subscriptionId: enrolment.subscriptionId,
    deviceId: enrolment.deviceId ?? null,
    state,
    uses: enrolment.uses,
    usesMax: enrolment.usesMax,
    createdBy: enrolment.createdBy.name,
    createdAt: formatTime(enrolment.createdAt),
    expiresAt: formatTime(enrolment.expiresAt),
  }
}
