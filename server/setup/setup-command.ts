import { z } from 'zod'
import { defineCommand } from '../cli/command.ts'
import { formatCustomerNumber } from '../customers/customer.ts'

const defaultCustomerName = 'Office'

/** `holdfast setup`: what the setup link does, without a browser. */
export const setupCommand = defineCommand({
  name: 'setup',
  options: [
    { name: 'email', value: 'E', isRequired: true, about: 'mail address of the first administrator' },
    { name: 'name', value: 'N', isRequired: true, about: 'their name' },
    { name: 'password-file', value: 'FILE', isRequired: true, about: 'file with their password; - reads standard input' },
    { name: 'customer', value: 'NAME', about: `name of the first customer (${defaultCustomerName})` },
  ],
  about: 'The login is administrator of the box and owner of that customer, which gets the plan Gold.',
  input: z.object({ email: z.string(), name: z.string(), password: z.string(), customer: z.string() }),
  prepare: async ({ given, readSecretFile }) => ({
    email: String(given.email),
    name: String(given.name),
    password: await readSecretFile(String(given['password-file'])),
    customer: String(given.customer ?? defaultCustomerName),
  }),
  run: async (request, { services }) => {
    const { user, customer } = await services.setup.setUpByCommand(request)
    return {
      result: {
        user: { id: user.userId, email: user.email, name: user.name },
        customer: { id: customer.customerId, number: formatCustomerNumber(customer.number), name: customer.name },
      },
    }
  },
  present: ({ user, customer }) => ({
    text: `${customer.name} (${customer.number}) is set up. ${user.email} is its owner, and administrator of the box.`,
  }),
})
