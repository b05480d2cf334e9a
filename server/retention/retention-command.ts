import { z } from 'zod'
import { defineCommand, type Outcome } from '../cli/command.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import { parseId } from '../runtime/ids.ts'
import type { Services } from '../services.ts'
import { retentionChoreName } from './retention-chore.ts'
import { planText } from './retention-text.ts'

/** `holdfast retention`: has the rules done now, or says what they would do. It names computers and times, never files. */
export const retentionCommand = defineCommand({
  name: 'retention',
  options: [
    { name: 'plan', about: 'only says which versions would go, and what that would free' },
    { name: 'customer', value: 'C', about: 'of this customer only: id, number or name' },
  ],
  about:
    'What no rule keeps goes into the bin; what was there for seven days goes for good. The box does it every night by itself.',
  input: z.object({ isPlan: z.boolean(), customer: z.string().optional() }),
  prepare: ({ given }) => ({
    isPlan: given.plan === true,
    customer: given.customer === undefined ? undefined : String(given.customer),
  }),
  run: async ({ isPlan, customer: named }, { services, report, signal }): Promise<Outcome<RetentionReport>> => {
    const customer = named === undefined ? undefined : await services.customers.getNamed(named)
    if (isPlan) {
      const computers = await planAll(services, customer?.customerId, signal)
      return { result: { text: planText(computers), report: { computers } } }
    }
    const { summary, detail = {} } = await services.chores.runToEnd(retentionChoreName, {
      input: { customerId: customer?.customerId },
      signal,
      onProgress: ({ words, done }) => report(`${words}: ${done ?? 0}`),
    })
    return { result: { text: summary, report: { ...detail } } }
  },
  present: ({ text, report }) => ({ text, json: report }),
})

interface RetentionReport {
  readonly text: string
  /** For `--json`. */
  readonly report: object
}

export interface ComputerPlan {
  readonly id: string
  readonly name: string
  readonly customer: string
  readonly staying: number
  readonly going: readonly { readonly id: string; readonly receivedAt: string }[]
  readonly comingBack: number
  readonly freedBytes: number | null
  readonly looseBytes: number | null
}

const computersPerPage = 100

async function planAll(
  { devices, customers, retention }: Pick<Services, 'devices' | 'customers' | 'retention'>,
  customerId: string | undefined,
  signal: AbortSignal,
): Promise<readonly ComputerPlan[]> {
  const reach = customerId === undefined ? 'all' : [parseId('cus', customerId)]
  const plans: ComputerPlan[] = []
  for (let afterNumber = 0; ; ) {
    const page = await devices.list({ reach, afterNumber, limit: computersPerPage })
    for (const device of page) {
      signal.throwIfAborted()
      const { rules } = await retention.rulesOf(device)
      const { going, staying, comingBack, freed } = await retention.preview(device, rules, signal)
      const customer = await customers.find(device.customerId)
      plans.push({
        id: device.deviceId,
        name: device.name,
        customer: customer === undefined ? '' : `${customer.name} (${formatCustomerNumber(customer.number)})`,
        staying,
        going: going.map(({ id, receivedMs }) => ({ id, receivedAt: new Date(receivedMs).toISOString() })),
        comingBack,
        freedBytes: freed?.freedBytes ?? null,
        looseBytes: freed?.looseBytes ?? null,
      })
    }
    const last = page.at(-1)
    if (last === undefined) return plans
    afterNumber = last.number
  }
}
