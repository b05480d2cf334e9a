import { z } from 'zod'
import { actingOnTheBox } from '../audit/audit.ts'
import { defineCommand, type Outcome, UsageError } from '../cli/command.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { BoxKeyOrder } from './key-care-service.ts'
import type { EpochRotated } from './rotate-epoch.ts'

type KeyRotated =
  | ({ readonly whose: 'box' } & BoxKeyOrder)
  | ({
      readonly whose: 'customer'
      readonly customer: { readonly id: string; readonly number: string; readonly name: string }
    } & EpochRotated)

/** `holdfast rotate-key`: a new box key, or a new epoch of one customer's repository. */
export const rotateKeyCommand = defineCommand({
  name: 'rotate-key',
  options: [
    { name: 'box', about: 'the key under which the box keeps all others; a running box starts itself again for it' },
    { name: 'customer', value: 'C', about: 'of this customer’s backups from now on: id, number or name' },
  ],
  about: 'Printed recovery kits stay valid. Computers pick the new key up by themselves. What was stored before stays readable.',
  input: z.discriminatedUnion('whose', [
    z.object({ whose: z.literal('box') }),
    z.object({ whose: z.literal('customer'), customer: z.string() }),
  ]),
  prepare: ({ given }) => {
    const customer = typeof given.customer === 'string' ? given.customer : undefined
    if ((given.box === true) === (customer !== undefined)) throw new UsageError('Say which key: --box, or --customer C-000001.')
    return customer === undefined ? { whose: 'box' as const } : { whose: 'customer' as const, customer }
  },
  run: async (input, { services }): Promise<Outcome<KeyRotated>> => {
    if (input.whose === 'box') return { result: { whose: 'box', ...(await services.keyCare.orderBoxKey(actingOnTheBox)) } }
    const customer = await services.customers.getNamed(input.customer)
    const rotated = await services.keyCare.rotateEpoch(customer.customerId, actingOnTheBox)
    const { customerId: id, number, name } = customer
    return { result: { whose: 'customer', customer: { id, number: formatCustomerNumber(number), name }, ...rotated } }
  },
  present: (result) => ({ text: result.whose === 'box' ? boxText(result.state) : epochText(result) }),
})

function boxText(state: BoxKeyOrder['state']): string {
  if (state === 'restarting') return 'The new box key is made. The box starts itself again now and uses it from then on.'
  return 'The new box key is made. It is used from the next start of the box on.'
}

function epochText(rotated: KeyRotated & { readonly whose: 'customer' }): string {
  const { customer, epoch, slotsLeft } = rotated
  const left =
    slotsLeft.length === 0 ? [] : [`These ways in open what was stored until now, and nothing newer: ${slotsLeft.join(', ')}.`]
  return [`${customer.name} (${customer.number}) has epoch ${epoch} of its keys. Its recovery kit stays valid.`, ...left].join(
    '\n',
  )
}
