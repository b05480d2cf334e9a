import { expect, test } from 'vitest'
import type { Device } from '../../../server/devices/device.ts'
import type { Id } from '../../../server/runtime/ids.ts'
import { computersToChoose } from '../../../server/search/computers-to-choose.ts'

const device = (number: number, customerId: string) => ({ number, deviceId: `dev_${number}`, customerId }) as unknown as Device
const all = [1, 2, 3, 4].map((number) => device(number, 'cus_own')).concat(device(5, 'cus_other'))
const devices = {
  list: async ({ limit }: { limit: number }) => all.filter(({ customerId }) => String(customerId) === 'cus_own').slice(0, limit),
  find: async (id: Id<'dev'>) => all.find(({ deviceId }) => deviceId === id),
}

test.each([
  { title: 'one beyond those that are listed, where it is named', named: 'dev_4', limit: 2, chosen: [1, 2, 4], isCut: true },
  { title: 'each once', named: 'dev_2', limit: 2, chosen: [1, 2], isCut: true },
  { title: 'nobody else’s', named: 'dev_5', limit: 4, chosen: [1, 2, 3, 4], isCut: false },
  { title: 'all of them', named: undefined, limit: 4, chosen: [1, 2, 3, 4], isCut: false },
])('$title', async ({ named, limit, chosen, isCut }) => {
  const question = { customerId: 'cus_own' as unknown as Id<'cus'>, named: named as unknown as Id<'dev'>, limit }
  const found = await computersToChoose(devices, question)
  expect(found.computers.map(({ number }) => number)).toEqual(chosen)
  expect(found.isCut).toBe(isCut)
})
