/** The fleet as a table for office programs. No words of a run: they may name files. */
import { formatCustomerNumber } from '../customers/customer.ts'
import { formatDeviceNumber } from '../devices/device.ts'
import { csvLine, csvStart } from '../text/csv.ts'
import type { FleetComputer } from './fleet.ts'

const heads = [
  'Computer',
  'Number',
  'Customer',
  'Customer number',
  'Plan',
  'State',
  'Failures in a row',
  'Code',
  'Files left out',
  'Last good (UTC)',
  'Last seen (UTC)',
  'Stored bytes',
  'Address',
  'Agent version',
  'Id',
]

export function fleetFile(computers: readonly FleetComputer[]): string {
  return `${csvStart}${csvLine(heads)}${computers.map(lineOf).join('')}`
}

function lineOf(computer: FleetComputer): string {
  const { customer, standing, kind } = computer
  const { ended, goodAt } = standing
  return csvLine([
    computer.name,
    formatDeviceNumber(computer.number),
    customer.name,
    formatCustomerNumber(customer.number),
    computer.planName,
    kind,
    ended?.failures ?? 0,
    ended?.code,
    ended?.skipped ?? 0,
    goodAt === undefined ? undefined : new Date(goodAt).toISOString(),
    new Date(computer.lastSeenAt).toISOString(),
    computer.storedBytes,
    computer.address,
    computer.agentVersion,
    computer.deviceId,
  ])
}
