/** The call after each good day, taken by a real server. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { connectDevice } from '../../support/connect-device.ts'
import { insertVersion } from '../../support/insert-version.ts'
import { setUpApp } from '../../support/test-app.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

let calls: string[]
let status: number
let server: ReturnType<typeof createServer>
let box: Awaited<ReturnType<typeof setUpApp>>

beforeEach(async () => {
  calls = []
  status = 200
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`)
    response.writeHead(status).end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  box = await setUpApp({ letters: { heartbeatUrl: `http://127.0.0.1:${port}/ping/abc` } })
})
afterEach(async () => {
  await box[Symbol.asyncDispose]()
  server.close()
  await once(server, 'close')
})

const beat = () => box.lettersSide.heartbeat.beat()
const backedUp = async () => {
  const device = await connectDevice(box, box.user, { name: 'XRAY-PC' })
  await insertVersion(box, device)
  return device
}

describe('the sign of life', () => {
  test('goes out once after each good day', async () => {
    await backedUp()
    expect(await beat()).toBe('The day was good, and the call was taken.')
    box.clock.advance(hourMs)
    expect(await beat()).toBe('It was called today.')
    expect(calls).toEqual(['GET /ping/abc'])
    box.clock.advance(dayMs)
    expect(await beat()).toBe('The day was good, and the call was taken.')
    expect(calls).toHaveLength(2)
    expect(await box.lettersSide.heartbeat.find()).toMatchObject({
      last: { isTaken: true, answer: '200', atMs: box.clock.now() },
      waitsFor: undefined,
    })
  })

  test('does not go out before anything is backed up', async () => {
    expect(await beat()).toBe('No call: No computer is backed up yet.')
    expect(calls).toEqual([])
  })

  test('does not go out while a computer is not backed up, and does again when it is', async () => {
    const device = await backedUp()
    box.clock.advance(8 * dayMs)
    expect(await beat()).toBe('No call: 1\u00a0computer is not backed up.')
    await insertVersion(box, device, { seq: 2, body: { takenMs: box.clock.now() } })
    expect(await beat()).toBe('The day was good, and the call was taken.')
    expect(calls).toHaveLength(1)
  })

  test('does not wait for a computer whose backups are switched off', async () => {
    const { device } = await backedUp()
    const other = await connectDevice(box, box.user, { name: 'PLOTTER' })
    expect(await beat()).toBe('No call: 1\u00a0computer is not backed up.')
    await box.database.kysely
      .insertInto('device_switches')
      .values({
        ...{ device_id: other.device.deviceId, cause: 'person', reason: 'on its way' },
        ...{ at: box.clock.now(), until_at: null, by_whom: 'Ann' },
      })
      .execute()
    expect(device.deviceId).not.toBe(other.device.deviceId)
    expect(await beat()).toBe('The day was good, and the call was taken.')
  })

  test('that nobody took is tried again in the next hour, and said so', async () => {
    await backedUp()
    status = 503
    await expect(beat()).rejects.toThrow('did not take the call. 503')
    expect(await box.lettersSide.heartbeat.find()).toMatchObject({ last: { isTaken: false, answer: '503' } })
    status = 204
    box.clock.advance(hourMs)
    expect(await beat()).toBe('The day was good, and the call was taken.')
    expect(calls).toHaveLength(2)
  })
})
