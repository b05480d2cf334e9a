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
  /** An administrator's session that has broken the glass of a customer (server/glass/) holds it there, for an hour. */
  readonly isGivenByBreakGlass?: true
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
  'files:read': { roles: [...members], scope: 'files', isGivenByBreakGlass: true },
  /**
   * Putting files of versions aside to get them together. Not behind broken glass: what is opened there is written down one by one.
   * By nobody's token.
   */
  'baskets:use': { roles: [...members] },
  /** What went back to computers, with its names. Not behind broken glass, as a basket is not. */
  'restores:read': { roles: [...members], scope: 'files' },
  /**
   * Files back to a computer, or a folder as it was: it changes what lies there, and lets a computer read another one's files. By
   * nobody's token: a stolen one must not write on anybody's disk.
   */
  'restores:write': { roles: ['owner', 'member'] },
  /** Pins, and taking back what lies in the bin: nothing is lost by it. By nobody's token. */
  'versions:keep': { roles: [...staff, 'owner', 'member'] },
  /** What people write about versions. It is contents: never by a staff role. */
  'versions:name': { roles: ['owner', 'member'], scope: 'write' },
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
  /** How the box speaks: its mail server, its address, what it tells other programs. By nobody's token. */
  'box:settings': { roles: ['administrator'] },
  /** One's own sign-in: password, second factor, sessions, tokens, letters. By nobody's token. */
  'me:write': { roles: [...staff, ...members] },
  /** Which of the accounts one stands in. */
  'accounts:enter': { roles: [...staff, ...members] },
  /** Staff of the box itself. By nobody's token. */
  'staff:write': { roles: ['administrator'] },
  /** Who belongs to a customer. By nobody's token. What staff may do there besides: server/users/. */
  'members:read': { roles: [...staff, 'owner'], scope: 'read' },
  'members:write': { roles: [...staff, 'owner'] },
  /** Names and bytes for an hour, with a reason, in sight of the owners. */
  'break-glass:use': { roles: ['administrator'] },
  /** Founding customers; what is written down of them. */
  'customers:write': { roles: [...staff], scope: 'write' },
  /** Suspending, deleting, and taking either back. By nobody's token. */
  'customers:end': { roles: ['administrator'] },
  /** A customer's own details, as its owner may change them. */
  'account:write': { roles: [...staff, 'owner'], scope: 'write' },
  /** Keeping an account that was deleted, as long as that can be taken back. By nobody's token. */
  'account:keep': { roles: ['administrator', 'owner'] },
  'account:export': { roles: ['administrator', 'owner'] },
  'plans:write': { roles: ['administrator'], scope: 'write' },
  'subscriptions:write': { roles: [...staff], scope: 'write' },
  /** What another plan would mean, and asking for it. */
  'subscriptions:rehearse': { roles: [...staff, 'owner'] },
  /** The accepts-backups switch. */
  'backups:switch': { roles: [...staff, 'owner', 'member'], scope: 'write' },
  /** Names of computers, what they back up and when, "back up now". */
  'devices:write': { roles: [...staff, 'owner', 'member'], scope: 'write' },
  /** Enrolment links. */
  'devices:add': { roles: [...staff, 'owner', 'member'], scope: 'write' },
  /**
   * Letting another machine take a computer's place: it reads all its versions, so the customer's own people grant it, never staff.
   * By nobody's token.
   */
  'devices:take-over': { roles: ['owner', 'member'] },
  /** Revoking and forgetting. By nobody's token. */
  'devices:end': { roles: [...staff, 'owner'] },
  /** Proofs that restoring works, as times, counts and sizes; names of files with `files:read` besides. */
  'drills:read': { roles: [...staff, ...members], scope: 'read' },
  'drills:order': { roles: [...staff, 'owner', 'member'], scope: 'write' },
  /** What ran when, how it ended, what it left out. */
  'runs:read': { roles: [...staff, ...members], scope: 'read' },
  /** Which left-out files are known and will stay so. */
  'runs:accept': { roles: ['owner', 'member'] },
  /** Which links lead to the customer's files or take some, and who used them; never the links themselves. They name files: never by staff. */
  'shares:read': { roles: [...members], scope: 'shares' },
  /** Making such links, changing and withdrawing them. */
  'shares:write': { roles: ['owner', 'member'], scope: 'shares' },
  /** All computers of all customers in one table. */
  'fleet:read': { roles: [...staff], scope: 'read' },
  'fleet:write': { roles: [...staff] },
  /** The log of the whole box. */
  'audit:box': { roles: ['administrator'] },
  /** Of the whole box for administrators; an owner's own customer. */
  'audit:read': { roles: ['administrator', 'owner'], scope: 'read' },
  /** Everything that an agent does with its own device token. */
  'agent:use': { roles: ['device'] },
} as const satisfies Readonly<Record<string, PermissionRow>>

export type Permission = keyof typeof permissionTable
export const permissions = Object.keys(permissionTable) as readonly Permission[]

export function permissionRow(permission: Permission): PermissionRow {
  return permissionTable[permission]
}
