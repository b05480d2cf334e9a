/**
 * Who may do what: the one table of roles and permissions. Routes name a permission (route-rules.ts), never a role.
 * A staff role holds its permissions in every customer, a member's role in that customer only, a device in its own.
 * An API token acts for its user and needs the permission's scope besides.
 */
import { memberRoles } from '../customers/membership.ts'
import type { TokenScope } from '../tokens/token-scope.ts'
import { staffRoles } from '../users/staff-role.ts'

export const roles = [...staffRoles, ...memberRoles, 'device'] as const
export type Role = (typeof roles)[number]

interface PermissionRow {
  readonly roles: readonly Role[]
  /** Scope that lets an API token use it; without one no token can. */
  readonly scope?: TokenScope
}

const staff = staffRoles
const members = memberRoles

export const permissionTable = {
  'me:read': { roles: [...staff, ...members], scope: 'read' },
  'customers:read': { roles: [...staff, ...members], scope: 'read' },
  'plans:read': { roles: [...staff, ...members], scope: 'read' },
  'subscriptions:read': { roles: [...staff, ...members], scope: 'read' },
  'users:read': { roles: ['administrator', 'owner'], scope: 'read' },
  'devices:read': { roles: [...staff, ...members], scope: 'read' },
  /** Versions as times, counts and sizes: what staff needs to help. */
  'versions:read': { roles: [...staff, ...members], scope: 'read' },
  /** Names, paths and bytes of what was backed up. Never by a staff role. */
  'files:read': { roles: [...members], scope: 'files' },
  /** Pins, and taking back what lies in the bin: nothing is lost by it. By nobody's token. */
  'versions:keep': { roles: [...staff, 'owner', 'member'] },
  /** Which versions go by themselves. By nobody's token. */
  'retention:write': { roles: [...staff, 'owner'] },
  /** One version, whatever the rules say; by way of the bin. By nobody's token: a stolen one must not empty an account. */
  'versions:delete': { roles: ['owner'] },
  /** The sheet that opens a customer's backups without the box. By nobody's token, and by no staff role. */
  'recovery-kit:print': { roles: ['owner'] },
  /** What waits for somebody: a customer's own for its people, the box's for staff. */
  'alarms:read': { roles: [...staff, ...members], scope: 'read' },
  /** The box's own care: its disks, its chores, its clock. By nobody's token. */
  'box:care': { roles: ['administrator'] },
  /** Everything that an agent does with its own device token. */
  'agent:use': { roles: ['device'] },
} as const satisfies Readonly<Record<string, PermissionRow>>

export type Permission = keyof typeof permissionTable
export const permissions = Object.keys(permissionTable) as readonly Permission[]

export function permissionRow(permission: Permission): PermissionRow {
  return permissionTable[permission]
}
