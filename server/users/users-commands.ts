/** `holdfast user …`: logins for scripts, and for whoever is locked out. */
import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand, UsageError } from '../cli/command.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import { isMemberRole, memberRoles } from '../customers/membership.ts'
import { isStaffRole, staffRoles } from './staff-role.ts'
import type { Rights } from './users-service.ts'

const roleNames = [...staffRoles, ...memberRoles].join(', ')

export const userCreateCommand = defineCommand({
  name: 'user create',
  options: [
    { name: 'email', value: 'E', isRequired: true, about: 'mail address, by which the login is named' },
    { name: 'password-file', value: 'FILE', isRequired: true, about: 'file with the password; - reads standard input' },
    { name: 'name', value: 'N', about: 'name of the person (the mail address unless given)' },
    { name: 'role', value: 'ROLE', about: `${roleNames} (member unless given)` },
    { name: 'customer', value: 'C', about: 'id, number or name; needed when the box has several' },
  ],
  about: 'Administrators and implementors work for the box; owners, members and viewers belong to a customer.',
  input: z.object({
    email: z.string(),
    name: z.string(),
    password: z.string(),
    role: z.string(),
    customer: z.string().optional(),
  }),
  prepare: async ({ given, readSecretFile }) => ({
    email: String(given.email),
    name: String(given.name ?? given.email),
    password: await readSecretFile(String(given['password-file'])),
    role: String(given.role ?? 'member'),
    customer: given.customer === undefined ? undefined : String(given.customer),
  }),
  run: async ({ role, customer, ...request }, { services }) => {
    const rights = await rightsOf(services.customers, { role, customer })
    const user = await services.users.create(request, rights, actingOnTheBox)
    return { result: { id: user.userId, email: user.email, name: user.name, role } }
  },
  present: ({ email, role }) => ({ text: `${email} can sign in now, as ${role}.` }),
})

export const userResetCommand = defineCommand({
  name: 'user reset',
  options: [
    { name: 'email', value: 'E', isRequired: true, about: 'mail address of the login' },
    { name: 'password-file', value: 'FILE', isRequired: true, about: 'file with the new password; - reads standard input' },
    { name: 'without-second-factor', about: 'turn two-factor sign-in off too, for whoever lost telephone and recovery codes' },
  ],
  about: 'Every session of the login ends. Its API tokens and computers go on working. Two-factor sign-in stays on unless told.',
  input: z.object({ email: z.string(), password: z.string(), isWithoutSecondFactor: z.boolean() }),
  prepare: async ({ given, readSecretFile }) => ({
    email: String(given.email),
    password: await readSecretFile(String(given['password-file'])),
    isWithoutSecondFactor: given['without-second-factor'] === true,
  }),
  run: async ({ isWithoutSecondFactor, ...reset }, { services }) => {
    const user = await services.users.resetPassword(reset, actingOnTheBox)
    if (isWithoutSecondFactor) await services.secondFactors.turnOff(user, actingOnTheBox)
    return { result: { id: user.userId, email: user.email } }
  },
  present: ({ email }) => ({ text: `${email} has the new password, and every session of the login has ended.` }),
})

async function rightsOf(
  customers: CustomersService,
  wanted: { readonly role: string; readonly customer: string | undefined },
): Promise<Rights> {
  const { role, customer } = wanted
  if (isStaffRole(role)) {
    if (customer !== undefined) throw new UsageError(`--role ${role} is for the whole box; leave --customer away.`)
    return { staffRole: role, memberships: [] }
  }
  if (!isMemberRole(role)) throw new UsageError(`--role ${role} is none of ${roleNames}.`)
  const { customerId } = customer === undefined ? await getOnlyCustomer(customers) : await customers.getNamed(customer)
  return { staffRole: undefined, memberships: [{ customerId, role }] }
}

async function getOnlyCustomer(customers: CustomersService) {
  const [only, another] = await customers.list({ reach: 'all', afterNumber: 0, limit: 2 })
  if (only === undefined) throw new UsageError('The box has no customer yet; run holdfast setup first.')
  if (another !== undefined) throw new UsageError('The box has several customers; say which with --customer.')
  return only
}
