/** Roles as people choose among them. */
import type { RoleChoice } from '../../views/partials/people.ts'
import type { MemberRole } from '../customers/membership.ts'
import type { StaffRole } from '../users/staff-role.ts'

export const memberChoices: readonly (RoleChoice & { readonly role: MemberRole })[] = [
  { role: 'owner', name: 'Owner', about: 'sees everything, and decides: people, plan, rules, the recovery kit' },
  { role: 'member', name: 'Member', about: 'gets files back, connects computers, starts backups' },
  { role: 'viewer', name: 'Viewer', about: 'gets files back, and changes nothing' },
]

export const staffChoices: readonly (RoleChoice & { readonly role: StaffRole })[] = [
  { role: 'administrator', name: 'Administrator', about: 'the whole box: customers, disks, keys, people' },
  { role: 'implementor', name: 'Implementor', about: 'customers, plans and computers, and how they stand' },
]
