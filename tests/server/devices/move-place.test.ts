/** A computer that its plan had no place for, moved to one that has: it is backed up again, and stopped again when the move is taken back. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { type Id, parseId } from '../../../server/runtime/ids.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { twoCustomers } from '../../support/two-customers.ts'

const gold = parseId('pln', 'pln_gold2222222222222222')

let box: Awaited<ReturnType<typeof twoCustomers>>
let homeId: Id<'sub'>
let goldId: Id<'sub'>
let deviceId: Id<'dev'>

beforeEach(async () => {
  box = await twoCustomers()
  homeId = box.own.subscription.subscriptionId
  deviceId = box.device.device.deviceId
  // Computers that are connected go into the older plan.
  box.clock.advance(1000)
  goldId = await sellGold()
})
afterEach(() => box[Symbol.asyncDispose]())

const sellGold = async () => {
  const { customerId } = box.own.customer
  const sold = await box.people.licences.sell({ customerId, planId: gold, validity: { kind: 'without-end' } }, actingOnTheBox)
  return sold.subscriptionId
}
const move = async (to: Id<'sub'>) =>
  box.devicesSide.devices.move((await box.devicesSide.devices.find(deviceId))!, to, actingOnTheBox)
const setPlaces = (id: Id<'sub'>, devices_max: number) =>
  box.database.kysely.updateTable('subscriptions').set({ devices_max }).where('id', '=', id).execute()
/** As a smaller plan does with those it has no place for. */
const stop = (reason: string) =>
  box.database.kysely
    .replaceInto('device_switches')
    .values({ device_id: deviceId, cause: 'plan-limit', reason, at: box.clock.now(), until_at: null, by_whom: 'box' })
    .execute()
const findOff = () => box.people.switches.findOff(deviceId)
const places = (id: Id<'sub'>) => box.devicesSide.devices.countActive(id)
const audited = async () => {
  const rows = await box.database.kysely
    .selectFrom('audit')
    .select('action')
    .where('object_id', '=', deviceId)
    .where((eb) => eb.or([eb('action', 'like', 'backups.%'), eb('action', 'like', 'device.moved%')]))
    .orderBy('id')
    .execute()
  return rows.map(({ action }) => action)
}

test('it has a place there, and is backed up again', async () => {
  await stop('The plan Silver holds 0 computers.')
  expect(await places(homeId)).toBe(0)
  await move(goldId)
  expect(await findOff()).toBeUndefined()
  expect(await places(goldId)).toBe(1)
  expect(await audited()).toEqual(['device.moved', 'backups.switched-on'])
})

test('taken back, it is stopped as it was, though its old plan is full', async () => {
  await stop('The plan Silver holds 1 computers.')
  await connectDevice(box, box.users.owner, { name: 'TILL-02' })
  await setPlaces(homeId, 1)
  const before = await findOff()
  await move(goldId)
  box.clock.advance(3 * 86_400_000)
  expect(await move(homeId)).toMatchObject({ isUndone: true })
  expect(await findOff()).toEqual(before)
  expect(await places(homeId)).toBe(1)
  expect(await audited()).toEqual(['device.moved', 'backups.switched-on', 'device.moved-back', 'backups.switched-off'])
})

test('what a plan in between stopped is backed up again where it came from, and needs its place there', async () => {
  await move(goldId)
  await stop('The plan Gold holds 0 computers.')
  await connectDevice(box, box.users.owner, { name: 'TILL-02' })
  await setPlaces(homeId, 1)
  await expect(move(homeId)).rejects.toMatchObject({ fault: 'devices-exceeded' })
  await setPlaces(homeId, 2)
  await move(homeId)
  expect(await findOff()).toBeUndefined()
  expect(await places(homeId)).toBe(2)
})

test('having come on there it can be paused by a person, even where it has the last place', async () => {
  await stop('The plan Silver holds 0 computers.')
  await setPlaces(goldId, 1)
  await move(goldId)
  const device = (await box.devicesSide.devices.find(deviceId))!
  const wanted = { kind: 'off', reason: 'Repair', untilMs: undefined } as const
  await box.people.switches.switchDevice(device, wanted, actingOnTheBox)
  expect(await findOff()).toMatchObject({ cause: 'person', reason: 'Repair' })
})
