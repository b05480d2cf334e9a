/** Proofs as pages and in the API: for whoever may see and do what, and names of files for the customer's people alone. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { Drill } from '../../../server/drills/drill.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, newCustomer, newUser, tokenOf } from '../../support/two-customers.ts'
import { type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { type DrillOffice, drillOffice, hurtRecord, secretName } from './office.ts'

type Who = 'administrator' | 'implementor' | 'owner' | 'member' | 'viewer' | 'foreign'

let upload: UploadBox
let at: DrillOffice
let users: Readonly<Record<Who, Awaited<ReturnType<typeof newUser>>>>
let proved: Drill
let damaged: Drill
const box = () => upload.box

beforeAll(async () => {
  upload = await uploadBox()
  at = await drillOffice(upload)
  const { customerId } = at.computer.identity
  const { customer: other } = await newCustomer(box(), 'Northquay IT')
  const staff = (staffRole: 'administrator' | 'implementor') => newUser(box(), staffRole, { staffRole, memberships: [] })
  const member = (role: 'owner' | 'member' | 'viewer', of = customerId, name: string = role) =>
    newUser(box(), name, { staffRole: undefined, memberships: [{ customerId: of, role }] })
  users = {
    administrator: await staff('administrator'),
    implementor: await staff('implementor'),
    owner: await member('owner'),
    member: await member('member'),
    viewer: await member('viewer'),
    foreign: await member('owner', other.customerId, 'foreign'),
  }
  proved = await at.drill()
  box().clock.advance(60_000)
  for (const file of at.packFiles('data')) for (let which = 0; which < 4; which += 1) hurtRecord(file, which)
  for (const file of at.packFiles('tree')) hurtRecord(file, 0)
  damaged = await at.drill()
})
afterAll(async () => {
  await at[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

const deviceId = () => at.computer.identity.deviceId
const get = async (who: Who, path: string) =>
  box().app.request(path, { headers: { cookie: await cookieOf(box(), users[who]), accept: 'text/html' } })
const post = async (who: Who, path: string) =>
  box().app.request(path, formRequest({}, { cookie: await cookieOf(box(), users[who]) }))
const api = async (who: Who, path: string, method = 'GET') =>
  box().app.request(`/api/v1${path}`, {
    method,
    headers: { cookie: await cookieOf(box(), users[who]), 'sec-fetch-site': 'same-origin' },
  })
/** What a name of the folder could be found by. */
const isNamed = (text: string) => /Geh|letter|large\.raw|a few words|holdfast-drills/.test(text)

const people = ['owner', 'member', 'viewer'] as const
const staff = ['administrator', 'implementor'] as const

describe('names of files', () => {
  const pages = [
    { title: 'the certificate', path: () => `/drills/${proved.drillId}`, hasNames: true },
    { title: 'one that found damage', path: () => `/drills/${damaged.drillId}`, hasNames: true },
    { title: 'the list', path: () => `/computers/${deviceId()}/drills`, hasNames: false },
    { title: 'the computer', path: () => `/computers/${deviceId()}`, hasNames: false },
    { title: 'the alerts', path: () => '/alerts', hasNames: false },
    { title: 'its API', path: () => `/api/v1/drills/${damaged.drillId}`, hasNames: false },
    { title: 'its list in the API', path: () => `/api/v1/devices/${deviceId()}/drills`, hasNames: false },
    { title: 'alarms in the API', path: () => '/api/v1/alarms', hasNames: false },
  ] as const

  test.each(pages)('on $title: for the customer’s people where there are any, never for staff', async ({ path, hasNames }) => {
    for (const who of people) {
      const answer = await get(who, path())
      if (answer.status === 200) expect(isNamed(await answer.text()), who).toBe(hasNames)
      else expect([403, 404]).toContain(answer.status)
    }
    for (const who of staff) {
      const answer = await get(who, path())
      expect(answer.status, who).toBe(200)
      const text = await answer.text()
      expect(isNamed(text), who).toBe(false)
      // A hash of known contents is a name, too.
      expect(text).not.toContain('SHA-256')
    }
  })

  test('in the API are asked for with the scope for files', async () => {
    const path = `/drills/${proved.drillId}/evidence`
    for (const who of people) {
      const { versions } = await bodyOf<{ versions: { files: { path: string; sha256: string }[] }[] }>(await api(who, path))
      expect(versions[0]?.files.some((file) => file.path.endsWith(secretName))).toBe(true)
    }
    for (const who of staff) expect((await api(who, path)).status).toBe(403)
    const withToken = async (scopes: readonly ('read' | 'files')[]) =>
      (await box().app.request(`/api/v1${path}`, { headers: { authorization: await tokenOf(box(), users.owner, scopes) } }))
        .status
    expect([await withToken(['read']), await withToken(['read', 'files'])]).toEqual([403, 200])
  })
})

test('a broken glass opens names where every opening is written down, and not on the certificate', async () => {
  const cookie = await cookieOf(box(), users.administrator)
  const path = `/customers/${at.computer.identity.customerId}/break-glass`
  const fields = { reason: 'The owner asked on the telephone to look for a letter.' }
  await box().app.request(path, formRequest(fields, { cookie, referer: `http://localhost${path}` }))
  const ask = (where: string) => box().app.request(where, { headers: { cookie, accept: 'text/html' } })
  const openings = async () => (await box().database.kysely.selectFrom('glass_openings').selectAll().execute()).length
  expect(isNamed(await (await ask(`/drills/${proved.drillId}`)).text())).toBe(false)
  expect(await openings()).toBe(0)
  expect(isNamed(await (await ask(`/api/v1/drills/${proved.drillId}/evidence`)).text())).toBe(true)
  expect(await openings()).toBe(1)
})

describe('the certificate', () => {
  test('says what was proved and what was not, when, of whom, by whom and with what', async () => {
    const page = await (await get('owner', `/drills/${proved.drillId}`)).text()
    for (const words of [
      'What was tried of RECEPTION came back.',
      'every folder was opened',
      'What was proved',
      'What was not',
      'Harbour Street Dental, C-',
      'RECEPTION, D-',
      'holdfast command',
      'Holdfast 0.0.0-test',
      '14 March 2026',
      proved.drillId,
    ])
      expect(page).toContain(words)
    expect(page).toMatch(/SHA-256 [0-9a-f]{64}/)
  })

  test('of a damaged one names what did not come back', async () => {
    const page = await (await get('viewer', `/drills/${damaged.drillId}`)).text()
    expect(page).toContain('Not everything of RECEPTION came back.')
    expect(page).toContain('A part of this folder cannot be read')
    expect(page).toMatch(/record [0-9a-f]{64}/)
    const forStaff = await (await get('implementor', `/drills/${damaged.drillId}`)).text()
    expect(forStaff).toContain('Names of files are for the people of the account alone')
    expect(forStaff).not.toMatch(/record [0-9a-f]{64}/)
  })
})

describe('whose they are', () => {
  test.each([
    { title: 'the page', path: () => `/drills/${proved.drillId}` },
    { title: 'the list', path: () => `/computers/${deviceId()}/drills` },
    { title: 'the API', path: () => `/api/v1/drills/${proved.drillId}` },
    { title: 'the evidence', path: () => `/api/v1/drills/${proved.drillId}/evidence` },
    { title: 'the list of the API', path: () => `/api/v1/devices/${deviceId()}/drills` },
  ])('$title answers a stranger as if there were none', async ({ path }) => {
    expect((await get('foreign', path())).status).toBe(404)
  })

  test('a stranger can neither ask for one nor cancel one', async () => {
    expect((await post('foreign', `/computers/${deviceId()}/drills`)).status).toBe(404)
    expect((await post('foreign', `/drills/${proved.drillId}/cancel`)).status).toBe(404)
    expect((await api('foreign', `/devices/${deviceId()}/drills`, 'POST')).status).toBe(404)
  })

  test.each([
    { who: 'owner', may: true },
    { who: 'member', may: true },
    { who: 'viewer', may: false },
    { who: 'administrator', may: true },
    { who: 'implementor', may: true },
  ] as const)('$who may ask for one: $may', async ({ who, may }) => {
    expect((await (await get(who, `/computers/${deviceId()}/drills`)).text()).includes('Prove a restore now')).toBe(may)
    const answer = await post(who, `/computers/${deviceId()}/drills`)
    expect(answer.status).toBe(may ? 303 : 403)
    await box().care.chores.settled('drills')
    if (!may) return
    const path = answer.headers.get('location')!
    expect(await (await get(who, path)).text()).toContain('Not everything of RECEPTION came back.')
    // What is over stays as it is, and its page says how it ended.
    expect((await post(who, `${path}/cancel`)).headers.get('location')).toBe(path)
  })
})

describe('where it is said', () => {
  test('Home and the computer tell of the last one that did not bring everything back, and lead to it', async () => {
    expect(await (await get('owner', `/computers/${deviceId()}/drills`)).text()).toContain(
      'Not everything of RECEPTION came back',
    )
    for (const path of ['/', `/computers/${deviceId()}`]) {
      const page = await (await get('owner', path)).text()
      expect(page, path).toContain('Not everything came back')
      expect(page, path).toMatch(/href="\/drills\/drl_/)
    }
  })

  test('the API lists them by cursors, the newest first', async () => {
    type Page = { items: { id: string; state: string; bytes: number }[]; nextCursor: string | null }
    const first = await bodyOf<Page>(await api('viewer', `/devices/${deviceId()}/drills?limit=1`))
    const second = await bodyOf<Page>(await api('viewer', `/devices/${deviceId()}/drills?limit=200&cursor=${first.nextCursor}`))
    const ids = [...first.items, ...second.items].map(({ id }) => id)
    expect(new Set(ids).size).toBe(ids.length)
    expect(ids.at(-1)).toBe(proved.drillId)
    expect(second.items.at(-1)).toMatchObject({ state: 'proved', bytes: proved.counts.bytes })
  })

  test('the log tells who asked', async () => {
    const rows = await box()
      .database.kysely.selectFrom('audit')
      .select(['action', 'detail'])
      .where('object_id', '=', deviceId())
      .execute()
    expect(rows.filter(({ action }) => action === 'drill.ordered').length).toBeGreaterThan(2)
    expect(isNamed(JSON.stringify(rows))).toBe(false)
  })

  test('with a proof, by its time', async () => {
    await at.backUp()
    const drill = await at.drill()
    expect(drill.state).toBe('proved')
    const page = await (await get('member', '/')).text()
    expect(page).toContain('Restore last proved:')
    expect(page).toContain(`/computers/${deviceId()}/drills`)
    await box()
      .drills.cancel(drill, actingOnTheBox)
      .catch(() => {})
  })
})
