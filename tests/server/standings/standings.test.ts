import type { Kysely } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { up } from '../../../migrations/0017-fleet.ts'
import type { Connected } from '../../../server/devices/connect-service.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { type DeviceStanding, jobCountsForMs, silentAfterMs, standingKind } from '../../../server/standings/standing.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { sampleBody } from '../../support/insert-version.ts'
import { setUpApp } from '../../support/test-app.ts'

const nowMs = Date.UTC(2026, 2, 14, 18)
const dayMs = 24 * 60 * 60 * 1000
const well = { verdict: 'ok', at: nowMs - 1000, code: undefined, detail: undefined, skipped: 0, failures: 0 } as const
const fine: DeviceStanding = { ended: well, goodAt: nowMs - 1000, runningSince: undefined, pause: undefined }

describe('the kind of a standing', () => {
  test.each([
    { title: 'all well', given: fine, expect: 'ok' },
    { title: 'files left out', given: { ...fine, ended: { ...well, verdict: 'partial' as const } }, expect: 'partial' },
    { title: 'failed', given: { ...fine, ended: { ...well, verdict: 'failed' as const } }, expect: 'failed' },
    { title: 'nothing yet', given: { ...fine, ended: undefined, goodAt: undefined }, expect: 'none' },
    { title: 'good for exactly a week', given: { ...fine, goodAt: nowMs - silentAfterMs }, expect: 'ok' },
    { title: 'good for longer than a week', given: { ...fine, goodAt: nowMs - silentAfterMs - 1 }, expect: 'silent' },
    { title: 'at work', given: { ...fine, runningSince: nowMs - 5 }, expect: 'running' },
    { title: 'at work, last heard of long ago', given: { ...fine, runningSince: 5 }, lastSeenAt: nowMs - dayMs, expect: 'ok' },
    {
      title: 'failed, and paused since',
      given: { ...fine, ended: { ...well, verdict: 'failed' as const }, pause: { of: 'plan' as const, untilMs: undefined } },
      expect: 'paused',
    },
  ])('$title', ({ given, lastSeenAt = nowMs, expect: kind }) => {
    expect(standingKind({ standing: given, lastSeenAt }, nowMs)).toBe(kind)
  })
})

describe('in the database', () => {
  let box: Awaited<ReturnType<typeof setUpApp>>
  let computer: Connected
  const { counts } = sampleBody()

  beforeEach(async () => {
    box = await setUpApp()
    computer = await connectDevice(box, box.user)
  })
  afterEach(() => box[Symbol.asyncDispose]())

  async function run(job: string, endedAt: number, verdict: 'ok' | 'partial' | 'failed') {
    const runId = newId('run', systemRandomness)
    const { deviceId } = computer.device
    const { runs } = box.devicesSide
    await box.database.transaction(async (tx) => {
      await runs.open(tx, { runId, customerId: box.customer.customerId, deviceId, job, startedAt: endedAt - 1000 })
      if (verdict === 'failed') await runs.fail(tx, { runId, code: 'HF-QUOTA-EXCEEDED', detail: 'full', endedAt })
      const left = { deviceId, job, skipped: [] }
      if (verdict !== 'failed')
        await runs.finish(tx, { runId, version: newId('snap', systemRandomness), verdict, endedAt, counts, left })
    })
  }

  async function standing() {
    const { deviceId } = computer.device
    return (await box.devicesSide.standings.list([deviceId])).get(deviceId)
  }

  test('a job that is well does not hide one that failed', async () => {
    await run('documents', nowMs - 4000, 'failed')
    await run('documents', nowMs - 3000, 'failed')
    await run('pictures', nowMs - 1000, 'ok')
    expect(await standing()).toMatchObject({
      ended: { verdict: 'failed', code: 'HF-QUOTA-EXCEEDED', failures: 2, at: nowMs - 3000 },
    })
    await run('documents', nowMs, 'partial')
    expect(await standing()).toMatchObject({ ended: { verdict: 'partial', failures: 0 } })
    await run('documents', nowMs + 1, 'ok')
    expect(await standing()).toMatchObject({ ended: { verdict: 'ok' } })
  })

  test('a job that has not run for a month, while another has, was taken away', async () => {
    await run('old', nowMs - jobCountsForMs, 'failed')
    await run('new', nowMs, 'ok')
    expect(await standing()).toMatchObject({ ended: { verdict: 'failed' } })
    await run('new', nowMs + 1, 'ok')
    expect(await standing()).toMatchObject({ ended: { verdict: 'ok' } })
  })

  test('the migration fills what each run would have kept', async () => {
    await run('documents', nowMs - 5000, 'ok')
    await run('documents', nowMs - 4000, 'failed')
    await run('documents', nowMs - 3000, 'failed')
    await run('pictures', nowMs - 1000, 'partial')
    await connectDevice(box, box.user, { name: 'NEVER' })
    const kept = await standing()
    await box.database.kysely.deleteFrom('standings').execute()
    await up(box.database.kysely as unknown as Kysely<unknown>)
    expect(await standing()).toEqual(kept)
    expect(kept).toMatchObject({ ended: { failures: 2 } })
  })
})
