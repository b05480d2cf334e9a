import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { endedOrdersKeptMs, maxOpenOrders, orderLifetimeMs } from '../../../server/orders/order.ts'
import { createOrdersService } from '../../../server/orders/orders-service.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { setUpApp } from '../../support/test-app.ts'

let box: Awaited<ReturnType<typeof setUpApp>>
const never = new AbortController().signal

beforeAll(async () => {
  box = await setUpApp()
})
afterAll(() => box[Symbol.asyncDispose]())

const runNow = { kind: 'run-now' } as const

async function newDevice(name: string) {
  const { device } = await connectDevice(box, { ...box.user, staffRole: undefined } as typeof box.user, { name })
  return device.deviceId
}

describe('orders', () => {
  test('whoever waits hears of an order when its transaction commits', async () => {
    const { orders } = box.devicesSide
    const deviceId = await newDevice('WAITS')
    const heard = orders.await({ deviceId, afterNumber: 0, waitMs: 30_000, gone: never })
    await expect.poll(() => orders.isListening(deviceId)).toBe(true)
    const given = await box.database.transaction(async (tx) => {
      const order = await orders.give(tx, { deviceId, order: runNow }, actingOnTheBox)
      expect(await Promise.race([heard, wait(50, 'nothing yet')])).toBe('nothing yet')
      return order
    })
    expect(await heard).toEqual([given])
    expect(orders.isListening(deviceId)).toBe(false)
  })

  test('an order whose transaction fails was never given', async () => {
    const { orders } = box.devicesSide
    const deviceId = await newDevice('ROLLED-BACK')
    const failing = box.database.transaction(async (tx) => {
      await orders.give(tx, { deviceId, order: runNow }, actingOnTheBox)
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await orders.await({ deviceId, afterNumber: 0, waitMs: 0, gone: never })).toEqual([])
  })

  test('the same order is not given twice while it waits, and at most so many wait', async () => {
    const { orders } = box.devicesSide
    const deviceId = await newDevice('CROWDED')
    const first = await orders.giveNow({ deviceId, order: runNow }, actingOnTheBox)
    expect(await orders.giveNow({ deviceId, order: runNow }, actingOnTheBox)).toEqual(first)
    for (let job = 1; job < maxOpenOrders; job += 1)
      await orders.giveNow({ deviceId, order: { kind: 'run-now', job: `job ${job}` } }, actingOnTheBox)
    const oneMore = orders.giveNow({ deviceId, order: { kind: 'run-now', job: 'one more' } }, actingOnTheBox)
    await expect(oneMore).rejects.toMatchObject({ fault: 'too-many' })
    // What stops something is not one of those that fill the list.
    const stop = { kind: 'cancel-restore', restore: newId('rst', systemRandomness) } as const
    expect(await orders.giveNow({ deviceId, order: stop }, actingOnTheBox)).toMatchObject({ state: 'waiting', body: stop })
  })

  test('a report counts once, and an ended order stays as it ended', async () => {
    const { orders } = box.devicesSide
    const deviceId = await newDevice('REPORTS')
    const { orderId } = await orders.giveNow({ deviceId, order: runNow }, actingOnTheBox)
    await orders.report(deviceId, orderId, { state: 'taken' })
    await orders.report(deviceId, orderId, { state: 'failed', code: 'HF-SERVER-UNREACHABLE', detail: 'no' })
    await orders.report(deviceId, orderId, { state: 'done' })
    await orders.report(deviceId, orderId, { state: 'taken' })
    expect(await orders.find(orderId)).toMatchObject({ state: 'failed', code: 'HF-SERVER-UNREACHABLE', detail: 'no' })
  })

  test('no computer reports the order of another', async () => {
    const { orders } = box.devicesSide
    const [own, other] = [await newDevice('OWN'), await newDevice('OTHER')]
    const { orderId } = await orders.giveNow({ deviceId: own, order: runNow }, actingOnTheBox)
    await orders.report(other, orderId, { state: 'done' })
    expect(await orders.find(orderId)).toMatchObject({ state: 'waiting' })
  })

  test('what nobody took expires, and is forgotten later', async () => {
    const { orders } = box.devicesSide
    const deviceId = await newDevice('AWAY')
    const { orderId } = await orders.giveNow({ deviceId, order: runNow }, actingOnTheBox)
    box.clock.advance(orderLifetimeMs)
    await orders.expire()
    expect(await orders.find(orderId)).toMatchObject({ state: 'expired' })
    expect(await orders.await({ deviceId, afterNumber: 0, waitMs: 0, gone: never })).toEqual([])
    box.clock.advance(endedOrdersKeptMs + 1)
    await orders.expire()
    expect(await orders.find(orderId)).toBeUndefined()
  })

  test('a closing box sends away who waits, and so does a reader that goes', async () => {
    const orders = createOrdersService({ database: box.database, clock: box.clock, randomness: systemRandomness })
    const deviceId = await newDevice('CLOSING')
    const gone = new AbortController()
    const left = orders.await({ deviceId, afterNumber: 0, waitMs: 60_000, gone: gone.signal })
    await expect.poll(() => orders.isListening(deviceId)).toBe(true)
    gone.abort()
    expect(await left).toEqual([])
    const closed = orders.await({ deviceId, afterNumber: 0, waitMs: 60_000, gone: never })
    await expect.poll(() => orders.isListening(deviceId)).toBe(true)
    orders.close()
    expect(await closed).toEqual([])
  })

  test('a revoked computer gets no orders', async () => {
    const { orders, devices } = box.devicesSide
    const deviceId = await newDevice('REVOKED')
    await devices.revoke(deviceId, actingOnTheBox)
    await expect(orders.giveNow({ deviceId, order: runNow }, actingOnTheBox)).rejects.toMatchObject({ fault: 'no-device' })
  })
})
