import { type CustomerReach, reaches } from '../customers/customer-reach.ts'
import type { Id } from '../runtime/ids.ts'
import type { UserIdentity } from '../users/user.ts'
import { type Permission, permissionRow, type Role } from './permissions.ts'
import { type Principal, userOf } from './principal.ts'

/** What one principal may do. Built once per request; pure. */
export interface Access {
  readonly principal: Principal
  /** Allowed in at least one customer, or in the box. */
  readonly mayAnywhere: (permission: Permission) => boolean
  readonly may: (permission: Permission, customerId: Id<'cus'>) => boolean
  readonly customersWith: (permission: Permission) => CustomerReach
}

export function accessOf(principal: Principal): Access {
  const customersWith = (permission: Permission) => reachOf(principal, permission)
  return {
    principal,
    customersWith,
    may: (permission, customerId) => reaches(customersWith(permission), customerId),
    mayAnywhere: (permission) => {
      const reach = customersWith(permission)
      return reach === 'all' || reach.length > 0
    },
  }
}

function reachOf(principal: Principal, permission: Permission): CustomerReach {
  const { roles, scope, isGivenByBreakGlass } = permissionRow(permission)
  if (principal.kind === 'device') return roles.includes('device') ? [principal.device.customerId] : []
  if (principal.kind === 'token' && (scope === undefined || !principal.token.scopes.includes(scope))) return []
  const user = userOf(principal)
  if (user === undefined) return []
  const reach = reachOfUser(user, roles)
  const behindGlass = principal.kind === 'session' && isGivenByBreakGlass ? principal.signedIn.glass : undefined
  return behindGlass === undefined || reach === 'all' ? reach : [...new Set([...reach, behindGlass.customerId])]
}

function reachOfUser(user: UserIdentity, roles: readonly Role[]): CustomerReach {
  if (user.staffRole !== undefined && roles.includes(user.staffRole)) return 'all'
  return user.memberships.filter(({ role }) => roles.includes(role)).map(({ customerId }) => customerId)
}
