import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand, UsageError } from '../cli/command.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import { kitFormats } from './recovery-kit.ts'
import { renderKit } from './render-kit.ts'

const inputSchema = z.object({ customer: z.string().optional(), format: z.enum(kitFormats) })

/** `holdfast recovery-kit`: to be printed and kept away from the box. Who asked for it stays in the audit log. */
export const recoveryKitCommand = defineCommand({
  name: 'recovery-kit',
  options: [
    { name: 'customer', value: 'C', about: 'id, number or name' },
    { name: 'server', about: 'the kit of the box itself' },
    { name: 'format', value: 'FORMAT', about: `${kitFormats.join(', ')} (txt unless given)` },
    { name: 'out', value: 'FILE', about: 'a new file outside the data folder; standard output unless given' },
  ],
  about:
    'Whoever holds a customer’s kit and a copy of the backups can read every file in them; with the server’s kit and a copy of the box,\n' +
    'the whole box comes back.',
  input: inputSchema,
  prepare: ({ given, checkNewSecretFile }) => {
    const format = kitFormats.find((known) => known === String(given.format ?? 'txt'))
    if (format === undefined) throw new UsageError(`--format ${String(given.format)} is not one of ${kitFormats.join(', ')}.`)
    if (given.customer === undefined && given.server !== true)
      throw new UsageError('Say whose kit: --customer C-000001, or --server.')
    if (given.customer !== undefined && given.server === true) throw new UsageError('--customer and --server are two kits.')
    if (typeof given.out === 'string') checkNewSecretFile(given.out)
    else if (format === 'pdf') throw new UsageError('A PDF is for a file: add --out FILE.')
    return { format, ...(given.server === true ? {} : { customer: String(given.customer) }) }
  },
  run: async ({ customer: named, format }, { services }) => {
    const { recoveryKits } = services
    const customer = named === undefined ? undefined : await services.customers.getNamed(named)
    const kit =
      customer === undefined
        ? await recoveryKits.ofServer(actingOnTheBox)
        : await recoveryKits.ofCustomer(customer, actingOnTheBox)
    const whose =
      customer === undefined
        ? null
        : { id: customer.customerId, number: formatCustomerNumber(customer.number), name: customer.name }
    const { bytes } = await renderKit(kit, format)
    return { result: { customer: whose, format, kit: bytes.toString(format === 'pdf' ? 'base64' : 'utf8') } }
  },
  present: async ({ customer, format, kit }, { given, writeSecretFile }) => {
    if (typeof given.out !== 'string') return { text: kit }
    await writeSecretFile(given.out, format === 'pdf' ? Buffer.from(kit, 'base64') : kit)
    const whose = customer === null ? 'the server' : `${customer.name} (${customer.number})`
    const text = `The recovery kit of ${whose} is in ${given.out}. Print it and keep it away from the box.`
    return { text, json: { customer, format, out: given.out } }
  },
})
