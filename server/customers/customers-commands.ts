/** `holdfast customer …`: customers for scripts. */
import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand, UsageError } from '../cli/command.ts'
import { formatCustomerNumber } from './customer.ts'
import { CustomerError } from './customer-error.ts'

const text = z.string().optional()

const detailOptions = {
  contact: 'contact person',
  street: 'street and number',
  postcode: 'postcode',
  city: 'city',
  country: 'country, in two letters, as DE',
  'tax-id': 'tax id',
  phone: 'telephone',
  mail: 'mail address of the company',
  language: 'language, as en or de',
  'time-zone': 'time zone, as Europe/Berlin',
  notes: 'notes for the box’s own people',
} as const

export const customerCreateCommand = defineCommand({
  name: 'customer create',
  options: [
    { name: 'name', value: 'N', isRequired: true, about: 'the company' },
    { name: 'plan', value: 'P', about: 'name or id of its plan; none unless given' },
    { name: 'email', value: 'OWNER', about: 'makes a login for the first owner; with --password-file' },
    { name: 'owner', value: 'N', about: 'name of that person (the mail address unless given)' },
    { name: 'password-file', value: 'FILE', about: 'file with the owner’s password; - reads standard input' },
    ...Object.entries(detailOptions).map(([name, about]) => ({ name, value: 'TEXT', about })),
  ],
  about: 'Founds a customer with keys of its own. Print its recovery kit next: holdfast recovery-kit --customer C.',
  input: z.object({
    name: z.string(),
    plan: text,
    owner: z.object({ email: z.string(), name: z.string(), password: z.string() }).optional(),
    details: z.object({
      ...{ contact: text, street: text, postcode: text, city: text, country: text, taxId: text },
      ...{ phone: text, email: text, language: text, timeZone: text, notes: text },
    }),
  }),
  prepare: async ({ given, readSecretFile }) => {
    const said = (name: string) => (given[name] === undefined ? undefined : String(given[name]))
    const email = said('email')
    const file = said('password-file')
    if ((email === undefined) !== (file === undefined)) throw new UsageError('--email and --password-file belong together.')
    const owner =
      email === undefined || file === undefined
        ? undefined
        : { email, name: said('owner') ?? email, password: await readSecretFile(file) }
    const { 'tax-id': _taxId, mail: _mail, 'time-zone': _timeZone, ...same } = detailOptions
    const details = {
      ...Object.fromEntries(Object.keys(same).map((name) => [name, said(name)])),
      taxId: said('tax-id'),
      email: said('mail'),
      timeZone: said('time-zone'),
    }
    return { name: said('name') ?? '', plan: said('plan'), owner, details }
  },
  run: async ({ name, plan, owner, details }, { services: { registrations, users } }) => {
    // Looked at before anything is made: a customer without its owner would have to be cleaned up by hand.
    if (owner !== undefined) await users.prepare(owner)
    if (owner !== undefined && (await users.findByEmail(owner.email)) !== undefined)
      throw new CustomerError('wrong-state', `There is already a login for ${owner.email}.`)
    const { customer, subscription } = await registrations.register({ name, plan, details }, actingOnTheBox)
    const { customerId, number } = customer
    if (owner !== undefined) {
      const rights = { staffRole: undefined, memberships: [{ customerId, role: 'owner' }] } as const
      await users.create(owner, rights, actingOnTheBox)
    }
    return {
      result: {
        id: customerId,
        number: formatCustomerNumber(number),
        name: customer.name,
        licenceKey: subscription?.licenceKey ?? null,
        owner: owner?.email ?? null,
      },
    }
  },
  present: (made) => {
    const licence =
      made.licenceKey === null ? 'It has no plan yet: no computer can be connected.' : `Its licence is ${made.licenceKey}.`
    const owner = made.owner === null ? '' : ` ${made.owner} can sign in now, as its owner.`
    return { text: `${made.number} is ${made.name}. ${licence}${owner}`, json: made }
  },
})
