import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { believedForMs } from '../../../server/progress/progress.ts'
import type { RunKey } from '../../../server/runs/run.ts'
import { nextBackupAt, plannedDays } from '../../../server/told-jobs/told-jobs.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { bodyOf, setUpApp } from '../../support/test-app.ts'

let box: Awaited<ReturnType<typeof setUpApp>>

beforeAll(async () => {
  box = await setUpApp()
})
afterAll(() => box[Symbol.asyncDispose]())

const key = 'ab'.repeat(16) as RunKey

async function newComputer(name: string) {
  const { device, token } = await connectDevice(box, box.user, { name })
  const ask = (method: string, path: string, body?: unknown) =>
    box.app.request(`/api/agent/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'holdfast-protocol': '1', 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { deviceId: device.deviceId, ask }
}

const job = {
  name: 'office',
  sources: ['/home/ann/Documents'],
  excludes: ['*.tmp'],
  schedules: ['daily 18:00'],
  isPaused: false,
  nextAt: '2026-03-15T18:00:00.000Z',
}
const told = { revision: '1-0123456789abcdef', platform: 'linux', timeZone: 'UTC', keepsSchedule: true, jobs: [job] }

const failedRun = {
  job: 'office',
  cause: 'schedule',
  startedAt: '2026-03-14T17:00:00.000Z',
  endedAt: '2026-03-14T17:05:00.000Z',
  verdict: 'failed',
  code: 'HF-SERVER-UNREACHABLE',
  detail: 'The box cannot be reached.',
  attempts: [
    { startedAt: '2026-03-14T17:00:00.000Z', endedAt: '2026-03-14T17:01:00.000Z', code: 'HF-SERVER-UNREACHABLE' },
    { startedAt: '2026-03-14T17:04:00.000Z', endedAt: '2026-03-14T17:05:00.000Z', code: 'HF-SERVER-UNREACHABLE' },
  ],
  log: gzipSync('2026-03-14T17:00:00Z 7 backup started {"job":"office"}\n').toString('base64'),
}

describe('what a computer tells', () => {
  test('its jobs, and when the next backup is', async () => {
    const { deviceId, ask } = await newComputer('TELLS')
    expect((await ask('PUT', '/jobs', told)).status).toBe(200)
    const found = await box.devicesSide.toldJobs.find(deviceId)
    expect(found).toMatchObject({
      revision: told.revision,
      jobs: [{ name: 'office', sources: job.sources }],
      keepsSchedule: true,
    })
    expect(nextBackupAt(found!, Date.UTC(2026, 2, 14, 19))).toBe(Date.UTC(2026, 2, 15, 18))
    // Told long ago: the schedule goes on.
    expect(nextBackupAt(found!, Date.UTC(2026, 2, 20, 19))).toBe(Date.UTC(2026, 2, 21, 18))
    const days = [14, 15, 16].map((day) => Date.UTC(2026, 2, day))
    expect(plannedDays(found!, days)).toEqual([true, true])
    expect(plannedDays({ ...found!, jobs: [{ ...found!.jobs[0]!, isPaused: true }] }, days)).toEqual([false, false])
  })

  test.each([
    ['a zone that is none', { ...told, timeZone: 'Mars/Olympus' }],
    ['a revision that is none', { ...told, revision: 'x' }],
    ['too many jobs', { ...told, jobs: Array.from({ length: 1001 }, () => job) }],
  ])('%s is refused', async (title, body) => {
    const { ask } = await newComputer(title)
    const answer = await ask('PUT', '/jobs', body)
    expect([answer.status, (await bodyOf<{ code: string }>(answer)).code]).toEqual([422, 'HF-VALIDATION'])
  })

  test('a run that never got here, with its attempts and its log, once', async () => {
    const { deviceId, ask } = await newComputer('FAILED')
    for (let times = 0; times < 2; times += 1) expect((await ask('PUT', `/runs/${key}`, failedRun)).status).toBe(200)
    const run = await box.database.transaction((tx) => box.devicesSide.runs.findByKey(tx, { deviceId, key }))
    expect(run).toMatchObject({ hasVersion: false, isOpen: false })
    expect(await box.devicesSide.runReports.find(run!.runId)).toMatchObject({ cause: 'schedule', hasLog: true })
    expect((await box.devicesSide.runReports.find(run!.runId))?.attempts).toHaveLength(2)
    expect(await box.devicesSide.runReports.readLog(run!.runId)).toContain('backup started')
    const { list } = box.devicesSide.standings
    expect((await list([deviceId])).get(deviceId)?.ended).toMatchObject({ verdict: 'failed', code: 'HF-SERVER-UNREACHABLE' })
  })

  test('a log that is none, or a bomb, is refused', async () => {
    const { ask } = await newComputer('BOMB')
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64')
    for (const log of [Buffer.from('plain').toString('base64'), bomb])
      expect((await ask('PUT', `/runs/${key}`, { ...failedRun, log })).status).toBe(422)
  })

  test('how far a backup is, by a ticket alone; a request to stop comes with the next word', async () => {
    const { deviceId, ask } = await newComputer('RUNS')
    const { ticket } = await bodyOf<{ ticket: string }>(await ask('POST', '/progress', { run: key, job: 'office' }))
    const tell = (isEnded = false) =>
      box.app.request(`/api/agent/v1/progress/${ticket}`, {
        method: 'PUT',
        headers: { 'holdfast-protocol': '1', 'content-type': 'application/json' },
        body: JSON.stringify({ phase: 'sending', filesDone: 3, bytesDone: 50, bytesTotal: 100, bytesPerSecond: 10, isEnded }),
      })
    expect(await bodyOf(await tell())).toEqual({ isCancelled: false })
    const { progress, orders } = box.devicesSide
    expect(progress.find(deviceId)).toMatchObject({ phase: 'sending', bytesDone: 50, run: key })
    expect(progress.list(box.customer.customerId).map(({ computer }) => computer)).toContain('RUNS')
    await orders.giveNow({ deviceId, order: { kind: 'cancel' } }, actingOnTheBox)
    expect(await bodyOf(await tell())).toEqual({ isCancelled: true })
    await tell(true)
    expect(progress.find(deviceId)).toBeUndefined()
    expect((await tell()).status).toBe(404)
    // The backup's end is the order's end.
    await ask('PUT', `/runs/${'cd'.repeat(16)}`, { ...failedRun, code: 'HF-RUN-INTERRUPTED' })
    expect(await orders.listOpen(deviceId)).toEqual([])
  })

  test('a backup that falls silent is not shown as running', async () => {
    const { deviceId, ask } = await newComputer('SILENT')
    await ask('POST', '/progress', { run: key, job: 'office' })
    expect(box.devicesSide.progress.find(deviceId)).toBeDefined()
    box.clock.advance(believedForMs)
    expect(box.devicesSide.progress.find(deviceId)).toBeUndefined()
  })

  test('an edit waits for its computer, is replaced by the next, and a conflict is kept until somebody chose', async () => {
    const { deviceId, ask } = await newComputer('EDITED')
    const { toldJobs, orders } = box.devicesSide
    const wanted = { name: 'office', sources: ['/home/ann'], excludes: [], schedules: ['daily 7:00'], isPaused: false }
    const edit = (jobs = [wanted], baseRevision = told.revision) =>
      toldJobs.edit(deviceId, { baseRevision, jobs }, actingOnTheBox)
    await expect(edit()).rejects.toMatchObject({ fault: 'not-told' })
    await ask('PUT', '/jobs', told)
    await expect(edit([wanted], '9-0123456789abcdef')).rejects.toMatchObject({ fault: 'outdated' })
    await expect(edit([{ ...wanted, sources: ['relative'] }])).rejects.toMatchObject({ fault: 'invalid' })
    await expect(edit([wanted, { ...wanted, name: 'Office' }])).rejects.toMatchObject({ fault: 'invalid' })
    await edit()
    const second = await edit([{ ...wanted, isPaused: true }])
    expect((await orders.listOpen(deviceId)).map(({ orderId }) => orderId)).toEqual([second.orderId])
    expect((await toldJobs.read(deviceId))?.waiting?.jobs).toMatchObject([{ schedules: ['daily 07:00'], isPaused: true }])
    await ask('POST', `/orders/${second.orderId}`, { state: 'failed', code: 'HF-JOBS-CONFLICT', detail: 'edited' })
    expect((await toldJobs.read(deviceId))?.conflict?.jobs).toMatchObject([{ sources: ['/home/ann'] }])
    await toldJobs.dismissConflict(deviceId)
    expect((await toldJobs.read(deviceId))?.conflict).toBeUndefined()
  })
})
