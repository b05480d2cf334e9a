import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand, NotInThisVersion, UsageError } from '../cli/command.ts'
import { formatCustomerNumber } from '../customers/customer.ts'

/** `holdfast recovery-kit`: to be printed and kept away from the box. Who asked for it stays in the audit log. */
export const recoveryKitCommand = defineCommand({
  name: 'recovery-kit',
  options: [
    { name: 'customer', value: 'C', about: 'id, number or name' },
    { name: 'format', value: 'FORMAT', about: 'txt (unless given)' },
    { name: 'out', value: 'FILE', about: 'a new file outside the data folder; standard output unless given' },
    { name: 'server', about: 'the kit of the box itself' },
  ],
  about: 'Whoever holds a kit and a copy of the backups can read every file in them.',
  input: z.object({ customer: z.string() }),
  prepare: ({ given, checkNewSecretFile }) => {
    if (given.server === true) throw new NotInThisVersion('recovery-kit --server')
    const format = String(given.format ?? 'txt')
    if (format === 'html' || format === 'pdf') throw new NotInThisVersion(`recovery-kit --format ${format}`)
    if (format !== 'txt') throw new UsageError(`--format ${format} is not txt.`)
    if (given.customer === undefined) throw new UsageError('Say whose kit: --customer C-000001.')
    if (typeof given.out === 'string') checkNewSecretFile(given.out)
    return { customer: String(given.customer) }
  },
  run: async ({ customer: named }, { services }) => {
    const customer = await services.customers.getNamed(named)
    const kit = await services.repositories.recoveryKit(customer, actingOnTheBox)
    await services.customers.markKitPrinted(customer.customerId)
    const { customerId: id, number, name } = customer
    return { result: { customer: { id, number: formatCustomerNumber(number), name }, kit } }
  },
  present: async ({ customer, kit }, { given, writeSecretFile }) => {
    if (typeof given.out !== 'string') return { text: kit }
    await writeSecretFile(given.out, kit)
    const text = `The recovery kit of ${customer.name} (${customer.number}) is in ${given.out}. Print it and keep it away from the box.`
    return { text, json: { customer, out: given.out } }
  },
})
