/** Kept versions, bin and rules as pages and in the API, for whoever may see and do what. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noRules } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { insertVersion } from '../../support/insert-version.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf, tokenOf, twoCustomers } from '../../support/two-customers.ts'

type Who = 'administrator' | 'implementor' | 'owner' | 'member' | 'viewer' | 'foreign'

let box: Awaited<ReturnType<typeof twoCustomers>>
const dayMs = 86_400_000

beforeAll(async () => {
  box = await twoCustomers()
  for (let seq = 2; seq <= 5; seq += 1) {
    box.clock.advance(10 * dayMs)
    await insertVersion(box, box.device, { seq, receivedAt: box.clock.now() })
  }
  box.clock.advance(10 * dayMs)
})
afterAll(() => box[Symbol.asyncDispose]())

const id = () => box.device.device.deviceId
const get = async (who: Who, path: string) =>
  box.app.request(path, { headers: { cookie: await cookieOf(box, box.users[who]), accept: 'text/html' } })
const post = async (who: Who, path: string, fields: Record<string, string> = {}) =>
  box.app.request(path, formRequest(fields, { cookie: await cookieOf(box, box.users[who]) }))
const api = async (who: Who, method: string, path: string, body?: object) =>
  box.app.request(`/api/v1${path}`, {
    method,
    headers: { cookie: await cookieOf(box, box.users[who]), 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
const newestVersion = async () => {
  const page = { deviceId: id(), beforeSeq: undefined, limit: 10 }
  return (await box.devicesSide.snapshots.listOfDevice(page))[0]!
}

describe('the page of kept versions', () => {
  test('says until when and why', async () => {
    const page = await (await get('owner', `/computers/${id()}/kept`)).text()
    expect(page).toContain('5 versions of XRAY-PC are kept.'.replaceAll(' versions', '\u00a0versions'))
    expect(page).toMatch(/Kept as the last of [^<]*, at least until \d+ \w+ \d{4}/)
    expect(page).toContain('The newest good one')
    expect(page).toContain('Plan Silver')
    expect(page).toContain('Delete')
  })

  test.each([
    { who: 'viewer', may: [] },
    { who: 'member', may: ['Pin'] },
    { who: 'implementor', may: ['Pin', 'Change the rules'] },
    { who: 'owner', may: ['Pin', 'Change the rules', 'Delete'] },
  ] as const)('offers a $who what a $who may', async ({ who, may }) => {
    const page = await (await get(who, `/computers/${id()}/kept`)).text()
    const offered = ['Pin', 'Change the rules', 'Delete'].filter((word) => page.includes(`>${word}<`))
    expect(offered).toEqual(may)
  })
})

describe('the buttons', () => {
  test('delete puts into the bin, whose page offers the way back', async () => {
    const version = await newestVersion()
    const answer = await post('owner', `/versions/${version.id}/delete`)
    expect(answer.headers.get('location')).toBe(`/computers/${id()}/bin?deleted=${version.id}`)
    const bin = await (await get('owner', answer.headers.get('location')!)).text()
    expect(bin).toContain('Undo')
    expect(bin).toContain('owner@office.example')
    expect((await newestVersion()).id).not.toBe(version.id)
    const back = await post('member', `/versions/${version.id}/take-back`)
    expect(back.headers.get('location')).toBe(`/computers/${id()}/bin?back=${version.id}`)
    expect(await (await get('member', back.headers.get('location')!)).text()).toContain('is back.')
    expect((await newestVersion()).id).toBe(version.id)
  })

  test('pin and unpin', async () => {
    const version = await newestVersion()
    expect((await post('member', `/versions/${version.id}/pin`)).status).toBe(303)
    expect(await (await get('member', `/computers/${id()}/kept`)).text()).toContain('Kept for good (pinned)')
    expect((await post('owner', `/versions/${version.id}/delete`)).status).toBe(409)
    const unpinned = await post('member', `/versions/${version.id}/unpin?back=version`)
    expect(unpinned.headers.get('location')).toBe(`/versions/${version.id}/browse`)
    const again = await post('member', `/versions/${version.id}/unpin?back=//elsewhere.example`)
    expect(again.headers.get('location')).toBe(`/computers/${id()}/kept`)
  })
})

describe('the rules', () => {
  const typed = (rules: Partial<Record<keyof typeof noRules, string>>) => ({
    ...Object.fromEntries(Object.keys(noRules).map((name) => [name, '0'])),
    ...rules,
  })

  test('are rehearsed before they are used', async () => {
    const page = await (await post('owner', `/computers/${id()}/rules`, { step: 'rehearse', ...typed({ keepLast: '2' }) })).text()
    expect(page).toContain('These rules would let 3\u00a0versions go and free')
    expect(page).toContain('Nothing has changed yet.')
    expect((await box.retention.rulesOf((await box.devicesSide.devices.find(id()))!)).own).toBeUndefined()
  })

  test('are used, and given back to the plan', async () => {
    const used = await post('owner', `/computers/${id()}/rules`, { step: 'apply', ...typed({ keepLast: '2' }) })
    expect(used.headers.get('location')).toBe(`/computers/${id()}/kept`)
    const page = await (await get('owner', `/computers/${id()}/kept`)).text()
    expect(page).toContain('At least the newest 2.')
    expect(page).toContain('3\u00a0versions will go into the bin tonight.')
    expect(await (await get('owner', `/computers/${id()}/rules`)).text()).toContain('See what the plan’s rules would do')
    const back = await post('owner', `/computers/${id()}/rules`, { step: 'apply-plan' })
    expect(back.status).toBe(303)
    expect(await (await get('owner', `/computers/${id()}/kept`)).text()).toContain('Plan Silver')
  })

  test('that are no numbers are answered beside their field', async () => {
    const answer = await post('owner', `/computers/${id()}/rules`, {
      step: 'rehearse',
      ...typed({ daily: 'many', yearly: '99999' }),
    })
    const page = await answer.text()
    expect(answer.status).toBe(422)
    expect(page).toContain('id="daily-problem"')
    expect(page).toContain('id="yearly-problem"')
    expect(page).not.toContain('id="weekly-problem"')
    expect(page).toContain('value="many"')
  })
})

describe('in the API', () => {
  test('rules, preview, reasons', async () => {
    const rules = { ...noRules, daily: 3 }
    expect(await bodyOf(await api('owner', 'PUT', `/devices/${id()}/retention`, { own: rules }))).toMatchObject({
      rules,
      own: rules,
    })
    const preview = await bodyOf(await api('owner', 'POST', `/devices/${id()}/retention/preview`, { ...noRules, keepLast: 1 }))
    expect(preview).toMatchObject({ goingCount: 4, stayingCount: 1, comingBackCount: 0, freedBytes: 0 })
    const page = await bodyOf<{ items: { isKept: boolean; reasons: { kind: string }[]; goesBecause: string | null }[] }>(
      await api('viewer', 'GET', `/devices/${id()}/decisions`),
    )
    expect(page.items.map(({ isKept }) => isKept)).toEqual([true, true, true, false, false])
    expect(page.items[0]?.reasons.map(({ kind }) => kind)).toEqual(['newest-good', 'newest-of'])
    expect(page.items[4]?.goesBecause).toBe('no-rule')
    expect(await bodyOf(await api('owner', 'PUT', `/devices/${id()}/retention`, { own: null }))).toMatchObject({ own: null })
  })

  test('pages of decisions and of the bin follow their cursors', async () => {
    type Page = { items: { id: string }[]; nextCursor: string | null }
    const first = await bodyOf<Page>(await api('owner', 'GET', `/devices/${id()}/decisions?limit=3`))
    const second = await bodyOf<Page>(await api('owner', 'GET', `/devices/${id()}/decisions?limit=3&cursor=${first.nextCursor}`))
    expect(new Set([...first.items, ...second.items].map((item) => item.id)).size).toBe(5)
    const versions = first.items.map((item) => item.id)
    for (const version of versions) expect((await api('owner', 'DELETE', `/snapshots/${version}`)).status).toBe(204)
    const binOne = await bodyOf<Page>(await api('owner', 'GET', `/devices/${id()}/bin?limit=2`))
    const binTwo = await bodyOf<Page>(await api('owner', 'GET', `/devices/${id()}/bin?limit=2&cursor=${binOne.nextCursor}`))
    expect([...binOne.items, ...binTwo.items].map((item) => item.id).toSorted()).toEqual(versions.toSorted())
    for (const version of versions)
      expect(await bodyOf(await api('member', 'DELETE', `/snapshots/${version}/bin`))).toEqual({ isPinned: false })
  })

  test('pins', async () => {
    const { id: version } = await newestVersion()
    expect((await api('member', 'PUT', `/snapshots/${version}/pin`)).status).toBe(204)
    expect((await api('owner', 'DELETE', `/snapshots/${version}`)).status).toBe(409)
    expect((await api('member', 'DELETE', `/snapshots/${version}/pin`)).status).toBe(204)
  })

  test('no token deletes: a stolen one must not empty an account', async () => {
    const { id: version } = await newestVersion()
    const headers = { authorization: await tokenOf(box, box.users.owner, ['read', 'files']) }
    expect((await box.app.request(`/api/v1/snapshots/${version}`, { method: 'DELETE', headers })).status).toBe(403)
  })
})

describe('another customer', () => {
  test('finds nothing there: neither versions nor bin nor rules', async () => {
    const { id: version } = await newestVersion()
    for (const path of ['kept', 'bin', 'rules']) expect((await get('foreign', `/computers/${id()}/${path}`)).status).toBe(404)
    for (const act of ['pin', 'unpin', 'delete', 'take-back'])
      expect((await post('foreign', `/versions/${version}/${act}`)).status).toBe(404)
    expect((await post('foreign', `/computers/${id()}/rules`, { step: 'apply-plan' })).status).toBe(404)
    for (const path of ['retention', 'decisions', 'bin'])
      expect((await api('foreign', 'GET', `/devices/${id()}/${path}`)).status).toBe(404)
    expect((await api('foreign', 'PUT', `/devices/${id()}/retention`, { own: null })).status).toBe(404)
    expect((await api('foreign', 'DELETE', `/snapshots/${version}`)).status).toBe(404)
    expect((await api('foreign', 'DELETE', `/snapshots/${version}/bin`)).status).toBe(404)
  })

  test('shows nothing of ours in its own bin, whatever its address says', async () => {
    const own = await box.devicesSide.snapshots.find(box.version.id)
    await box.retention.remove(own!, actingOnTheBox)
    const other = await get('foreign', `/computers/${id()}/bin?deleted=${box.version.id}`)
    expect(other.status).toBe(404)
  })
})
