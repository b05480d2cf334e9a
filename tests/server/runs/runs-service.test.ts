import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Connected } from '../../../server/devices/connect-service.ts'
import { maxDaysAsked, maxRunDetailCharacters } from '../../../server/runs/run.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { sampleBody } from '../../support/insert-version.ts'
import { setUpApp } from '../../support/test-app.ts'

let box: Awaited<ReturnType<typeof setUpApp>>
let computer: Connected
const dayMs = 24 * 60 * 60 * 1000
const { counts } = sampleBody()

beforeEach(async () => {
  box = await setUpApp()
  computer = await connectDevice(box, box.user)
})
afterEach(() => box[Symbol.asyncDispose]())

async function open(of = computer, startedAt = box.clock.now()) {
  const runId = newId('run', systemRandomness)
  const { deviceId } = of.device
  const run = { runId, customerId: box.customer.customerId, deviceId, job: 'documents', startedAt }
  await box.database.transaction((tx) => box.devicesSide.runs.open(tx, run))
  return runId
}

/** Nothing was left out. */
function nothingLeft(of = computer) {
  return { deviceId: of.device.deviceId, job: 'default', skipped: [] }
}

async function finish(endedAt: number, verdict: 'ok' | 'partial' = 'ok', of = computer) {
  const runId = await open(of, endedAt - 1000)
  const version = newId('snap', systemRandomness)
  await box.database.transaction((tx) =>
    box.devicesSide.runs.finish(tx, { runId, version, verdict, endedAt, counts, left: nothingLeft(of) }),
  )
  return version
}

async function fail(endedAt: number, detail = 'the network went away', of = computer) {
  const runId = await open(of, endedAt - 1000)
  await box.database.transaction((tx) => box.devicesSide.runs.fail(tx, { runId, code: 'HF-SESSION-GONE', detail, endedAt }))
  return runId
}

async function standing() {
  const { deviceId } = computer.device
  return (await box.devicesSide.standings.list([deviceId])).get(deviceId)!
}

test('days count runs between a reader’s midnights, by device', async () => {
  const other = await connectDevice(box, box.user, { name: 'OTHER' })
  const midnight = box.clock.now()
  const dayStartsMs = [midnight, midnight + dayMs, midnight + 2 * dayMs]
  await finish(midnight - 1)
  await finish(midnight)
  const last = await finish(midnight + dayMs - 1, 'partial')
  await fail(midnight + dayMs)
  await finish(midnight + 9 * dayMs, 'ok', other)
  const { customerId } = box.customer
  const days = await box.devicesSide.runs.listDays({ customerId, dayStartsMs })
  const { deviceId } = computer.device
  expect(days.filter((day) => day.deviceId === deviceId)).toEqual([
    { deviceId, dayIndex: 0, ok: 1, partial: 1, failed: 0, lastAt: midnight + dayMs - 1, lastVersion: last },
    { deviceId, dayIndex: 1, ok: 0, partial: 0, failed: 1, lastAt: midnight + dayMs, lastVersion: undefined },
  ])
  expect(days).toHaveLength(3)
  const ofOther = await box.devicesSide.runs.listDays({ customerId, deviceId: other.device.deviceId, dayStartsMs })
  expect(ofOther).toMatchObject([{ dayIndex: 2, ok: 1 }])
})

test.each([
  { title: 'too many', days: Array.from({ length: maxDaysAsked + 1 }, (_, index) => index) },
  { title: 'out of order', days: [2, 1] },
  { title: 'twice', days: [1, 1] },
])('days that are $title are refused', async ({ days }) => {
  await expect(box.devicesSide.runs.listDays({ customerId: box.customer.customerId, dayStartsMs: days })).rejects.toThrow(
    RangeError,
  )
})

test('a run goes on until it ends, and ends once', async () => {
  const { customerId } = box.customer
  const runId = await open()
  expect(await box.devicesSide.runs.listRunning(customerId)).toMatchObject([{ deviceId: computer.device.deviceId }])
  expect(await standing()).toEqual({ ended: undefined, goodAt: undefined, runningSince: box.clock.now(), pause: undefined })
  const version = newId('snap', systemRandomness)
  const endedAt = box.clock.now() + 5
  await box.database.transaction((tx) =>
    box.devicesSide.runs.finish(tx, { runId, version, verdict: 'ok', endedAt, counts, left: nothingLeft() }),
  )
  await box.database.transaction((tx) => box.devicesSide.runs.fail(tx, { runId, code: 'HF-BUSY', detail: '', endedAt: 1 }))
  expect(await box.devicesSide.runs.listRunning(customerId)).toEqual([])
  expect(await standing()).toMatchObject({ ended: { verdict: 'ok', at: endedAt, failures: 0 }, runningSince: undefined })
})

test('the latest run says why it failed, in no more words than fit', async () => {
  await finish(box.clock.now())
  await fail(box.clock.now() + 1, '🗑'.repeat(maxRunDetailCharacters + 10))
  const { ended } = await standing()
  expect(ended).toMatchObject({ verdict: 'failed', code: 'HF-SESSION-GONE', failures: 1 })
  expect([...ended!.detail!]).toHaveLength(maxRunDetailCharacters)
})
