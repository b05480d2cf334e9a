import { z } from 'zod'
import { defineCommand } from '../cli/command.ts'
import { formatCustomerNumber } from '../customers/customer.ts'
import type { CustomerReach } from '../customers/customer-reach.ts'
import type { Services } from '../services.ts'
import type { Device } from './device.ts'
import { deviceBody } from './device-schema.ts'

const devicesPerPage = 500

/** `holdfast device list`: every computer of the box, or of one customer. */
export const deviceListCommand = defineCommand({
  name: 'device list',
  options: [{ name: 'customer', value: 'C', about: 'of this customer only: id, number or name' }],
  about: 'Computers in the order in which they were connected, with those whose access was withdrawn. Times are UTC.',
  input: z.object({ customer: z.string().optional() }),
  prepare: ({ given }) => ({ customer: given.customer === undefined ? undefined : String(given.customer) }),
  run: async ({ customer: named }, { services }) => {
    const reach = named === undefined ? 'all' : [(await services.customers.getNamed(named)).customerId]
    const devices = await listAll(services, reach)
    const customers = await services.customers.findByIds([...new Set(devices.map(({ customerId }) => customerId))])
    const numbers = new Map(customers.map(({ customerId, number }) => [customerId, formatCustomerNumber(number)]))
    const rows = devices.map((device) => ({ ...deviceBody(device), customerNumber: numbers.get(device.customerId) ?? null }))
    return { result: { devices: rows } }
  },
  present: ({ devices }) => ({ text: tableOf(devices) }),
})

async function listAll({ devices }: Pick<Services, 'devices'>, reach: CustomerReach): Promise<readonly Device[]> {
  const all: Device[] = []
  for (;;) {
    const page = await devices.list({ reach, afterNumber: all.at(-1)?.number ?? 0, limit: devicesPerPage })
    all.push(...page)
    if (page.length < devicesPerPage) return all
  }
}

type Row = ReturnType<typeof deviceBody> & { readonly customerNumber: string | null }

const head = ['NUMBER', 'CUSTOMER', 'NAME', 'STATE', 'VERSIONS', 'LAST SEEN', 'SYSTEM']

function tableOf(devices: readonly Row[]): string {
  if (devices.length === 0) return 'No computer was connected yet.'
  const rows = devices.map((device) => [
    device.number,
    device.customerNumber ?? '',
    device.name,
    device.state,
    String(device.versionsCount),
    `${device.lastSeenAt.slice(0, 16).replace('T', ' ')}`,
    device.system.os ?? '',
  ])
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column]!.length)))
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}
