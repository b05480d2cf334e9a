import type { ActingAs } from '../audit/audit.ts'
import type { Id } from '../runtime/ids.ts'

/** Sends the first owner a letter with a link. */
export type InviteOwner = (
  owner: { readonly customerId: Id<'cus'>; readonly email: string; readonly name: string },
  actingAs: ActingAs,
) => Promise<void>
