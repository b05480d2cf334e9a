/** Computers that changed, and computers that are two: seen, shown side by side, and settled by people. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Fingerprint } from '../../../server/devices/fingerprint.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { fingerprintOf } from '../../support/enrolled.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let known: Awaited<ReturnType<typeof connectDevice>>
const pc = fingerprintOf('RECEPTION')
const copy = fingerprintOf('COPY', { machineId: pc.machineId })

beforeEach(async () => {
  box = await twoCustomers()
  known = await connectDevice(box, box.users.owner, { name: 'RECEPTION-PC', fingerprint: pc })
})
afterEach(() => box[Symbol.asyncDispose]())

const agent = (path: string, body: object) =>
  box.app.request(`/api/agent/v1${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${known.token}`, 'holdfast-protocol': '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
const openSession = async (instance: string, { print }: Fingerprint) =>
  (await agent('/sessions', { job: 'documents', instance, print })).status
const tell = async (fingerprint: Fingerprint, instance = known.instance) =>
  (await bodyOf<{ outcome: string }>(await agent('/fingerprint', { fingerprint, instance, agentVersion: '0.2.0' }))).outcome
const openAlarms = async () => (await box.care.alarms.list({ reach: 'all', after: 0, limit: 50 })).map(({ code }) => code)
const answer = async (who: 'owner' | 'viewer' | 'foreign', words: string) => {
  const form = formRequest({ answer: words }, { cookie: await cookieOf(box, box.users[who]) })
  return (await box.app.request(`/computers/${known.device.deviceId}/identity`, form)).status
}
const page = async () => {
  const headers = { accept: 'text/html', cookie: await cookieOf(box, box.users.owner) }
  return (await box.app.request(`/computers/${known.device.deviceId}/manage`, { headers })).text()
}

describe('other hardware under the same token', () => {
  const moved = fingerprintOf('NEWBOARD', { machineId: pc.machineId, diskSerials: pc.diskSerials })

  test('is asked about, and goes on being backed up', async () => {
    expect(await tell(moved)).toBe('changed')
    expect(await openAlarms()).toContain('HF-DEVICE-CHANGED')
    expect(await page()).toContain('Is this the same computer?')
    expect(await openSession(known.instance, moved)).toBe(201)
    expect(await answer('viewer', 'accept')).toBe(403)
    expect(await answer('foreign', 'accept')).toBe(404)
    expect(await answer('owner', 'accept')).toBe(303)
    expect(await openAlarms()).not.toContain('HF-DEVICE-CHANGED')
    expect(await tell(moved)).toBe('recorded')
    expect(await answer('owner', 'accept')).toBe(422)
  })

  test('is withdrawn when people say so', async () => {
    await tell(moved)
    expect(await answer('owner', 'withdraw')).toBe(303)
    expect(await openSession(known.instance, moved)).toBe(403)
  })

  test('a new disk or card is recorded, and nobody is asked', async () => {
    expect(await tell({ ...pc, diskSerials: ['NEWDISK01'], print: 'f'.repeat(64) })).toBe('recorded')
    expect(await openAlarms()).toEqual([])
    const past = await box.devicesSide.identities.listFingerprints(known.device.deviceId)
    expect(past.map(({ cause, fingerprint }) => [cause, fingerprint.diskSerials[0]])).toEqual([
      ['seen', 'NEWDISK01'],
      ['connected', pc.diskSerials[0]],
    ])
  })
})

describe('two computers with one identity', () => {
  /** The known one goes on to a newer value; the copy still holds the first. */
  const clone = async () => {
    await box.database.kysely
      .updateTable('devices')
      .set({ instance_newest: 'newer', instance_previous: known.instance, is_newest_instance_shown: 1 })
      .where('id', '=', known.device.deviceId)
      .execute()
    expect(await tell(copy)).toBe('cloned')
    expect(await openSession(known.instance, copy)).toBe(409)
  }

  test('are shown side by side, with an alarm, and nothing is mixed', async () => {
    await clone()
    expect(await openAlarms()).toContain('HF-DEVICE-CLONED')
    const html = await page()
    expect(html).toContain('Which one stays?')
    for (const mac of [...pc.macs, ...copy.macs]) expect(html).toContain(mac)
    expect((await box.devicesSide.devices.find(known.device.deviceId))?.fingerprint).toEqual(pc)
    expect(await openSession('newer', pc)).toBe(201)
  })

  test('the known one stays: the other is refused, and is no news any more', async () => {
    await clone()
    expect(await answer('owner', 'known-stays')).toBe(303)
    expect(await openSession('newer', pc)).toBe(201)
    expect(await openSession(known.instance, copy)).toBe(409)
    expect(await openAlarms()).toEqual([])
  })

  test('the other one stays: the known one is refused, and is no news any more', async () => {
    await clone()
    expect(await answer('owner', 'other-stays')).toBe(303)
    expect(await openSession('newer', pc)).toBe(409)
    expect(await openSession(known.instance, copy)).toBe(201)
    expect(await openAlarms()).toEqual([])
    const audit = await box.database.kysely
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'device.doubt-answered')
      .execute()
    expect(audit).toHaveLength(1)
    expect((await box.devicesSide.devices.find(known.device.deviceId))?.fingerprint).toEqual(copy)
  })
})

describe('the end of a computer', () => {
  const post = async (who: 'owner' | 'implementor', path: string, fields: Record<string, string>) =>
    (
      await box.app.request(
        `/computers/${box.device.device.deviceId}${path}`,
        formRequest(fields, { cookie: await cookieOf(box, box.users[who]) }),
      )
    ).status

  test('forgetting needs its number, the owner where there are versions, and ends when one is taken back', async () => {
    const { deviceId } = box.device.device
    expect(await post('owner', '/forget', { confirm: 'D-000099' })).toBe(422)
    expect(await post('implementor', '/forget', { confirm: 'D-000001' })).toBe(403)
    expect((await box.devicesSide.devices.find(deviceId))?.state).toBe('active')
  })

  test('a computer without versions is forgotten by staff, and its rows go with the chore', async () => {
    const { deviceId } = known.device
    const form = formRequest({ confirm: 'd-2' }, { cookie: await cookieOf(box, box.users.implementor) })
    expect((await box.app.request(`/computers/${deviceId}/forget`, form)).status).toBe(303)
    expect((await box.devicesSide.devices.find(deviceId))?.state).toBe('forgotten')
    expect(await openSession(known.instance, pc)).toBe(403)
    expect(await box.retention.finishForgetting(new AbortController().signal)).toEqual({ waiting: 0, gone: 1 })
    expect(await box.devicesSide.devices.find(deviceId)).toBeUndefined()
  })

  test('every table that tells of a device is known to its end', async () => {
    const { rows } = await import('kysely').then(({ sql }) =>
      sql<{ readonly name: string }>`SELECT table_name AS name FROM information_schema.columns
        WHERE table_schema = DATABASE() AND column_name = 'device_id'`.execute(box.database.kysely),
    )
    const withRow = [
      'orders',
      'told_jobs',
      'accepted_skips',
      'standings',
      'run_reports',
      'device_usage_days',
      'snapshots',
      'runs',
      'version_bin',
      'key_slots',
    ]
    const stays = ['packs', 'alarms', 'enrolments', 'enrolment_uses', 'backup_sessions', 'shares']
    const goes = [
      'device_rules',
      'device_switches',
      'device_usage',
      'device_faults',
      'device_fingerprints',
      'device_doubts',
      'connect_questions',
      'jobs',
      'restore_orders',
      'drills',
      'drill_standings',
    ]
    const unknown = rows.map(({ name }) => name).filter((name) => ![...withRow, ...stays, ...goes].includes(name))
    expect(unknown, 'add it to server/retention/forgotten-devices-table.ts, or let it go with the device’s row').toEqual([])
  })
})

test('renaming and moving over the API', async () => {
  const { deviceId } = known.device
  const headers = {
    cookie: await cookieOf(box, box.users.owner),
    'content-type': 'application/json',
    origin: 'http://localhost',
    host: 'localhost',
    'sec-fetch-site': 'same-origin',
  }
  const patch = (body: object) =>
    box.app.request(`/api/v1/devices/${deviceId}`, { method: 'PATCH', headers, body: JSON.stringify(body) })
  expect(await bodyOf(await patch({ name: 'Front <b>desk</b>' }))).toMatchObject({ name: 'Front <b>desk</b>' })
  expect((await patch({ name: 'two\nlines' })).status).toBe(422)
  expect((await patch({ subscriptionId: box.other.subscription.subscriptionId })).status).toBe(402)
  expect(await page()).toContain('Front &lt;b&gt;desk&lt;/b&gt;')
})
