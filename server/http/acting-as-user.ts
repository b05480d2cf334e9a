/** The signed-in person of a request, for what a service writes into the audit log. */
import type { ActingAs } from '../audit/audit.ts'
import type { UserIdentity } from '../users/user.ts'
import type { AppContext } from './app-environment.ts'
import type { ClientOf } from './client.ts'
import { userOf } from './principal.ts'
import { Problem } from './problem.ts'

export function actingAsUser(c: AppContext, clientOf: ClientOf): ActingAs {
  const user = actingUserOf(c)
  return { actor: { kind: 'user', userId: user.userId, email: user.email }, address: clientOf(c).address }
}

export function actingUserOf(c: AppContext): UserIdentity {
  const user = userOf(c.var.access.principal)
  if (user === undefined) throw new Problem('HF-SIGN-IN-NEEDED')
  return user
}
