import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand } from '../cli/command.ts'
import { type Customer, formatCustomerNumber } from '../customers/customer.ts'
import type { RecoveryKits } from '../recovery-kits/recovery-kits-service.ts'
import { renderKit } from '../recovery-kits/render-kit.ts'

const defaultCustomerName = 'Office'

async function kitText(recoveryKits: RecoveryKits, customer: Customer): Promise<string> {
  const { bytes } = await renderKit(await recoveryKits.ofCustomer(customer, actingOnTheBox), 'txt')
  return bytes.toString()
}

/** `holdfast setup`: what the setup link does, without a browser. */
export const setupCommand = defineCommand({
  name: 'setup',
  options: [
    { name: 'email', value: 'E', isRequired: true, about: 'mail address of the first administrator' },
    { name: 'name', value: 'N', isRequired: true, about: 'their name' },
    { name: 'password-file', value: 'FILE', isRequired: true, about: 'file with their password; - reads standard input' },
    { name: 'customer', value: 'NAME', about: `name of the first customer (${defaultCustomerName})` },
    {
      name: 'recovery-kit-out',
      value: 'FILE',
      about: 'writes the customer’s recovery kit to a new file outside the data folder',
    },
  ],
  about: 'The login is administrator of the box and owner of that customer, which gets the plan Gold.',
  input: z.object({
    email: z.string(),
    name: z.string(),
    password: z.string(),
    customer: z.string(),
    wantsKit: z.boolean(),
  }),
  prepare: async ({ given, readSecretFile, checkNewSecretFile }) => {
    const kitFile = given['recovery-kit-out']
    if (typeof kitFile === 'string') checkNewSecretFile(kitFile)
    return {
      email: String(given.email),
      name: String(given.name),
      password: await readSecretFile(String(given['password-file'])),
      customer: String(given.customer ?? defaultCustomerName),
      wantsKit: kitFile !== undefined,
    }
  },
  run: async ({ wantsKit, ...request }, { services }) => {
    const { user, customer } = await services.setup.setUpByCommand(request)
    const kit = wantsKit ? await kitText(services.recoveryKits, customer) : undefined
    return {
      result: {
        user: { id: user.userId, email: user.email, name: user.name },
        customer: { id: customer.customerId, number: formatCustomerNumber(customer.number), name: customer.name },
        kit,
      },
    }
  },
  present: async ({ user, customer, kit }, { given, writeSecretFile }) => {
    const kitFile = given['recovery-kit-out']
    if (kit !== undefined && typeof kitFile === 'string') await writeSecretFile(kitFile, kit)
    const lines = [
      `${customer.name} (${customer.number}) is set up. ${user.email} is its owner, and administrator of the box.`,
      kitFile === undefined
        ? `Print its recovery kit and keep it away from the box: holdfast recovery-kit --customer ${customer.number}`
        : `Its recovery kit is in ${kitFile}. Print it and keep it away from the box.`,
      'Print the server’s kit as well: holdfast recovery-kit --server',
    ]
    return { text: lines.join('\n'), json: { user, customer, recoveryKitFile: kitFile ?? null } }
  },
})
