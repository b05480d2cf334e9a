/** Second copies through their front doors: pages, API, commands. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { connectDevice } from '../../support/connect-device.ts'
import { type OfficeBox, officeBox } from '../../support/office-box.ts'
import { runHoldfast } from '../../support/start-box.ts'
import { bodyOf, formRequest, setUpApp } from '../../support/test-app.ts'
import { cookieOf } from '../../support/two-customers.ts'

let places: string
afterEach(() => rmSync(places, { recursive: true }))

describe('pages and API', () => {
  let box: Awaited<ReturnType<typeof setUpApp>>
  let cookie: string
  beforeAll(async () => {
    box = await setUpApp()
    cookie = await cookieOf(box, box.user)
    await connectDevice(box, box.user)
  })
  afterAll(() => box[Symbol.asyncDispose]())
  beforeEach(() => {
    places = mkdtempSync(join(dirname(box.dataFolder), 'holdfast copies '))
  })

  const get = (path: string) => box.app.request(path, { headers: { cookie, accept: 'text/html' } })
  const post = (path: string, fields: Readonly<Record<string, string>> = {}) =>
    box.app.request(path, formRequest(fields, { cookie }))
  const api = (method: string, path: string, body?: object) =>
    box.app.request(path, {
      method,
      headers: {
        cookie,
        origin: 'http://localhost',
        host: 'localhost',
        'content-type': 'application/json',
        'sec-fetch-site': 'same-origin',
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const settings = { name: 'Cellar', every: '24', at: '2', limit: '' }

  test('no copy, a place that will not do, one that does, a run, other settings, forgotten', async () => {
    expect(await (await get('/storage/copies')).text()).toContain('There is no second copy.')
    const folder = join(places, 'page')
    const refused = await post('/storage/copies', { ...settings, folder })
    expect(refused.status).toBe(422)
    expect(await refused.text()).toContain('on the same disk as the box')
    const tested = await post('/storage/copies/test', { ...settings, folder, 'same-disk': 'yes' })
    expect(await tested.text()).toContain('The place works')
    expect((await post('/storage/copies', { ...settings, folder, 'same-disk': 'yes', every: '5' })).status).toBe(422)
    expect((await post('/storage/copies', { ...settings, folder, 'same-disk': 'yes' })).status).toBe(303)
    expect(existsSync(join(folder, 'holdfast-copy.json'))).toBe(true)

    const [added] = await box.copies.list()
    const path = `/storage/copies/${added!.copy.copyId}`
    expect((await post(`${path}/run`)).status).toBe(303)
    await box.care.chores.settled()
    expect(await (await get('/storage/copies')).text()).toContain('The second copy is whole.')
    expect(await (await get(path)).text()).toContain('Everything is in it as of')
    expect(await (await get('/')).text()).toContain('Second copy “Cellar”')
    expect((await post(path, { ...settings, name: 'Attic', limit: '20', paused: 'yes' })).status).toBe(303)
    expect(await (await get(path)).text()).toMatch(/Attic[\s\S]*Paused/)
    expect((await post(path, { ...settings, limit: 'much' })).status).toBe(422)
    expect((await post(`${path}/verify`)).status).toBe(303)
    await box.care.chores.settled()
    expect(await (await get('/storage/copies/list')).text()).toContain('id="copies"')
    expect((await post(`${path}/stop`)).status).toBe(303)
    expect((await post(`${path}/remove`)).status).toBe(303)
    expect((await get(path)).status).toBe(404)
    expect((await get('/storage/copies/nonsense')).status).toBe(404)
    expect(existsSync(join(folder, 'holdfast-copy.json')), 'its files stay').toBe(true)
  })

  test('the same over the API', async () => {
    const folder = join(places, 'api')
    const refused = await api('POST', '/api/v1/copies', { folder: 'not/whole', name: 'x' })
    expect([refused.status, (await bodyOf<{ code: string }>(refused)).code]).toEqual([422, 'HF-VALIDATION'])
    mkdirSync(join(places, 'taken'))
    writeFileSync(join(places, 'taken', 'letter'), 'mine')
    const taken = await api('POST', '/api/v1/copies/test', { folder: join(places, 'taken'), isSameDiskAllowed: true })
    expect([taken.status, (await bodyOf<{ code: string }>(taken)).code]).toEqual([409, 'HF-COPY-PLACE-TAKEN'])

    const added = await api('POST', '/api/v1/copies', { folder, name: 'Cellar', isSameDiskAllowed: true })
    expect(added.status).toBe(201)
    const { id } = await bodyOf<{ id: string }>(added)
    expect((await api('POST', `/api/v1/copies/${id}/runs`, {})).status).toBe(202)
    await box.care.chores.settled()
    const copy = await bodyOf<Record<string, unknown>>(await api('GET', `/api/v1/copies/${id}`))
    expect(copy).toMatchObject({
      everyHours: 24,
      atHour: null,
      missing: { packs: 0, bytes: 0, versions: 0 },
      lastRun: { result: { outcome: 'ok' } },
    })
    expect(await bodyOf(await api('PATCH', `/api/v1/copies/${id}`, { limitBytesPerSecond: 1_000_000, atHour: 3 }))).toMatchObject(
      {
        limitBytesPerSecond: 1_000_000,
        atHour: 3,
        name: 'Cellar',
      },
    )
    expect((await api('PATCH', `/api/v1/copies/${id}`, { everyHours: 5 })).status).toBe(422)
    expect(await bodyOf(await api('GET', '/api/v1/copies'))).toMatchObject({ items: [{ id }] })
    expect((await api('DELETE', `/api/v1/copies/${id}/runs/current`)).status).toBe(204)
    expect((await api('DELETE', `/api/v1/copies/${id}`)).status).toBe(204)
    expect((await api('GET', `/api/v1/copies/${id}`)).status).toBe(404)
  })
})

describe('bin/holdfast copy', () => {
  let office: OfficeBox
  beforeAll(async () => {
    office = await officeBox()
  })
  afterAll(() => office[Symbol.asyncDispose]())
  beforeEach(() => {
    places = mkdtempSync(join(tmpdir(), 'holdfast copies '))
  })
  const holdfast = (...words: string[]) => runHoldfast(['copy', ...words], { ...office.box.environment })

  test('add, status, run, verify, set, remove, each with --json', async () => {
    expect(await holdfast('run')).toMatchObject({ exitCode: 1, errors: expect.stringContaining('holdfast copy add') })
    const folder = join(places, 'command')
    expect(await holdfast('add', folder)).toMatchObject({ exitCode: 1, errors: expect.stringContaining('same disk') })
    const added = await holdfast('add', folder, '--same-disk', '--every', '6', '--limit', '50MiB', '--json')
    expect(added.exitCode, added.errors).toBe(0)
    const { id } = JSON.parse(added.output) as { id: string }
    const letters = join(office.folder, 'letters')
    mkdirSync(letters)
    writeFileSync(join(letters, 'one.txt'), 'a letter')
    expect((await office.connect('desk')).exitCode).toBe(0)
    expect((await office.agent('desk', ['add', letters])).exitCode).toBe(0)
    expect((await office.agent('desk', ['backup'])).exitCode).toBe(0)

    const run = await holdfast('run', '--json')
    expect(run.exitCode, run.errors).toBe(0)
    expect(JSON.parse(run.output)).toMatchObject({ id, outcome: 'ok' })
    const status = await holdfast('status')
    expect([status.exitCode, status.output]).toEqual([0, expect.stringContaining('lacks nothing')])
    const verified = await holdfast('verify', '--all', '--copy', id)
    expect([verified.exitCode, verified.output]).toEqual([0, expect.stringContaining('read back')])
    expect(await holdfast('set', '--pause', '--at', '25')).toMatchObject({ exitCode: 2 })
    expect(JSON.parse((await holdfast('set', '--pause', '--limit', 'none', '--json')).output)).toMatchObject({
      isPaused: true,
      limitBytesPerSecond: null,
    })

    const code = JSON.parse((await holdfast('status', '--json')).output) as { copies: readonly { folder: string }[] }
    rmSync(join(code.copies[0]!.folder, 'holdfast-copy.json'))
    const failed = await holdfast('run', '--json')
    expect([failed.exitCode, JSON.parse(failed.output)]).toEqual([
      1,
      expect.objectContaining({ problem: expect.objectContaining({ code: 'HF-COPY-WRONG-PLACE' }) }),
    ])
    const alarms = await runHoldfast(['alarms'], { ...office.box.environment })
    expect([alarms.exitCode, alarms.output]).toEqual([1, expect.stringContaining('HF-COPY-FAILED')])
    expect((await holdfast('remove')).exitCode).toBe(0)
    expect((await holdfast('status', '--json')).output.trim()).toBe('{"copies":[]}')
  })
})
