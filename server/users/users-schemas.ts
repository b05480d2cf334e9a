import { z } from '@hono/zod-openapi'
import { type CustomerReach, reaches } from '../customers/customer-reach.ts'
import { memberRoles } from '../customers/membership.ts'
import { formatTime, timeSchema } from '../http/api-schemas.ts'
import { staffRoles } from './staff-role.ts'
import type { User } from './user.ts'

export const membershipSchema = z.object({ customerId: z.string(), role: z.enum(memberRoles) })

export const userSchema = z
  .object({
    id: z.string().openapi({ example: 'usr_a2b3c4d5e6f7g2h3i4j5' }),
    email: z.string(),
    name: z.string(),
    staffRole: z.enum(staffRoles).nullable(),
    memberships: z.array(membershipSchema),
    createdAt: timeSchema,
  })
  .openapi('User')

/** A user as somebody sees them who may see `reach`: in which other accounts they are is nobody else's business. */
export function userBody(user: User, reach: CustomerReach): z.input<typeof userSchema> {
  return {
    id: user.userId,
    email: user.email,
    name: user.name,
    staffRole: user.staffRole ?? null,
    memberships: user.memberships.filter(({ customerId }) => reaches(reach, customerId)).map((membership) => ({ ...membership })),
    createdAt: formatTime(user.createdAt),
  }
}
