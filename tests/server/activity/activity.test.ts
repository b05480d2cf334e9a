import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunRecord } from '../../../server/activity/activity.ts'
import { saysOf, stateOf, wordsOf } from '../../../server/activity/run-words.ts'
import { countKnown } from '../../../server/skips/accepted-skip.ts'
import { hideLog } from '../../../server/text/hide-log.ts'
import { formRequest } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>

beforeAll(async () => {
  box = await twoCustomers()
})
afterAll(() => box[Symbol.asyncDispose]())

const key = 'ab'.repeat(16)
const secretPath = '/home/ann/Divorce/letter.docx'

function ask(method: string, path: string, body: object) {
  return box.app.request(`/api/agent/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${box.device.token}`, 'holdfast-protocol': '1', 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
}

async function page(path: string, who: keyof typeof box.users) {
  const answer = await box.app.request(path, { headers: { cookie: await cookieOf(box, box.users[who]), accept: 'text/html' } })
  return { status: answer.status, text: await answer.text() }
}

async function post(path: string, who: keyof typeof box.users, fields: Record<string, string>) {
  return box.app.request(path, formRequest(fields, { cookie: await cookieOf(box, box.users[who]) }))
}

describe('activity', () => {
  test('a run that failed far away, for its people and for staff', async () => {
    const answer = await ask('PUT', `/runs/${key}`, {
      job: 'office',
      cause: 'schedule',
      startedAt: '2026-03-14T17:00:00.000Z',
      endedAt: '2026-03-14T17:05:00.000Z',
      verdict: 'failed',
      code: 'HF-SOURCE-MISSING',
      detail: `${secretPath}: there is no such file.`,
      attempts: [],
      log: gzipSync(`2026-03-14T17:00:00Z left out {"path":"${secretPath}","reason":"unreadable"}\n`).toString('base64'),
    })
    expect(answer.status).toBe(200)
    const list = await page('/activity?state=failed&day=2026-03-14', 'viewer')
    expect([list.status, list.text.includes(secretPath)]).toEqual([200, true])
    const path = /\/activity\/run_\w+/.exec(list.text)![0]
    const own = await page(path, 'viewer')
    expect(own.text).toContain('This backup failed.')
    expect(own.text).toContain('left out {&quot;path&quot;')
    expect(own.text.includes(secretPath)).toBe(true)
    const staff = await page(path, 'implementor')
    expect([staff.status, staff.text.includes('Divorce')]).toEqual([200, false])
    expect((await page(path, 'foreign')).status).toBe(404)
    expect((await page('/activity?state=ok', 'viewer')).text).toContain('No backup is like that.')
  })

  test('a run whose version cannot be read says so of the list, and shows the rest', async () => {
    const started = { startedAt: '2026-03-15T17:00:00.000Z', endedAt: '2026-03-15T17:05:00.000Z' }
    await ask('PUT', `/runs/${'cd'.repeat(16)}`, {
      job: 'office',
      cause: 'schedule',
      ...started,
      verdict: 'failed',
      code: 'HF-SOURCE-MISSING',
      attempts: [],
    })
    const { runId } = await box.database.kysely
      .selectFrom('runs')
      .select('id as runId')
      .orderBy('ended_at', 'desc')
      .executeTakeFirstOrThrow()
    const { id: version } = await box.database.kysely.selectFrom('snapshots').select('id').executeTakeFirstOrThrow()
    await box.database.kysely
      .updateTable('runs')
      .set({ snapshot: version, skipped: 2, verdict: 'partial' })
      .where('id', '=', runId)
      .execute()
    const own = await page(`/activity/${runId}`, 'viewer')
    expect([own.status, own.text.includes('damaged or missing on the disk of the box')]).toEqual([200, true])
  })

  test('back up now is asked by those who may, and shown until it is done', async () => {
    const { deviceId } = box.device.device
    expect((await post(`/computers/${deviceId}/orders`, 'viewer', { kind: 'run-now' })).status).toBe(403)
    expect((await post(`/computers/${deviceId}/orders`, 'foreign', { kind: 'run-now' })).status).toBe(404)
    expect((await post(`/computers/${deviceId}/orders`, 'member', { kind: 'run-now' })).status).toBe(303)
    expect((await page(`/computers/${deviceId}`, 'viewer')).text).toContain('It waits until the computer appears.')
    expect((await post('/backup-now', 'owner', {})).status).toBe(303)
    expect(await box.devicesSide.orders.listOpen(deviceId)).toHaveLength(1)
  })

  test('jobs: their people see and change paths, staff times alone', async () => {
    const { deviceId } = box.device.device
    const path = `/computers/${deviceId}/jobs`
    const job = { name: 'office', sources: ['/home/ann/Divorce'], excludes: [], schedules: ['daily 18:00'], isPaused: false }
    const revision = '3-0123456789abcdef'
    await ask('PUT', '/jobs', { revision, platform: 'linux', timeZone: 'UTC', keepsSchedule: true, jobs: [job] })
    expect((await page(path, 'viewer')).text).toContain('/home/ann/Divorce')
    expect((await page(path, 'implementor')).text).not.toContain('Divorce')
    const byStaff = { step: 'save', revision, job: 'office', sources: '/etc', schedules: 'daily 07:00' }
    expect((await post(path, 'implementor', byStaff)).status).toBe(303)
    const waiting = async () => (await box.devicesSide.toldJobs.read(deviceId))?.waiting?.jobs
    expect(await waiting()).toEqual([{ ...job, schedules: ['daily 07:00'] }])
    expect((await post(path, 'implementor', { ...byStaff, step: 'remove' })).status).toBe(403)
    const wrong = await post(path, 'member', { ...byStaff, sources: 'relative', schedules: 'daily 07:00' })
    expect([wrong.status, (await wrong.text()).includes('no absolute path')]).toEqual([422, true])
    expect((await post(path, 'member', { ...byStaff, sources: '/home/ann\n/srv', paused: 'yes' })).status).toBe(303)
    expect(await waiting()).toMatchObject([{ sources: ['/home/ann', '/srv'], isPaused: true }])
    expect((await post(path, 'viewer', byStaff)).status).toBe(403)
    // The next backup is known from the schedule.
    expect((await page('/', 'viewer')).text).toContain('Backup of XRAY-PC')
  })
})

describe('what was left out', () => {
  test.each([
    { patterns: ['*.sock'], paths: ['/run/a.sock', '/run/b.txt'], expect: 1 },
    { patterns: ['/a/[x].txt'], paths: ['/a/[x].txt', '/a/x.txt'], expect: 2 },
    { patterns: [], paths: ['/a'], expect: 0 },
    { patterns: ['/home/ann/cache/'], paths: ['/home/ann/cache', '/home/bob/cache'], expect: 1 },
  ])('known by $patterns: $expect of $paths', ({ patterns, paths, expect: expected }) => {
    const accepted = patterns.map((pattern) => ({ pattern }))
    expect(
      countKnown(
        accepted,
        paths.map((path) => ({ path: Buffer.from(path) })),
      ),
    ).toBe(expected)
  })

  test('a run whose left-out files are all known counts as complete', () => {
    const run = { verdict: 'partial', standing: 'ok', skipped: 2, knownSkips: 2 } as RunRecord
    expect([stateOf(run), saysOf(run), wordsOf(run, true)]).toEqual(['ok', 'Backed up, 2 known skips.', '2 known skips'])
    const half = { ...run, standing: 'partial', knownSkips: 1 } as const
    expect([stateOf(half), saysOf(half), wordsOf(half, true)]).toEqual(['partial', '1 file was left out.', '1 left out, 1 known'])
  })

  test('the log of staff names no file', () => {
    const log = `2026-03-14T17:00:00Z left out {"path":"${secretPath}","reason":"unreadable","detail":"EACCES: ${secretPath}"}`
    const hidden = hideLog(log)
    expect(hidden).not.toContain('Divorce')
    expect(hidden).toContain('"reason":"unreadable"')
  })
})
