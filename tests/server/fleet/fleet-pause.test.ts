/** Many computers paused and resumed at once, each with an answer of its own, by the switch that each has on its own page. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { permissionTable } from '../../../server/http/permissions.ts'
import type { Id } from '../../../server/runtime/ids.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { startOfTests } from '../../support/test-app.ts'
import { cookieOf, twoCustomers } from '../../support/two-customers.ts'

let box: Awaited<ReturnType<typeof twoCustomers>>
let ids: readonly Id<'dev'>[]

beforeAll(async () => {
  box = await twoCustomers()
  const more = []
  for (const name of ['TILL-02', 'STUDIO-MAC']) more.push((await connectDevice(box, box.users.owner, { name })).device.deviceId)
  const foreign = (await connectDevice(box, box.users.foreign, { name: 'NORTHQUAY-PC' })).device.deviceId
  ids = [box.device.device.deviceId, ...more, foreign]
})
afterAll(() => box[Symbol.asyncDispose]())

beforeEach(async () => {
  await box.database.kysely.deleteFrom('device_switches').execute()
  auditFrom = (await newestAudit()) ?? 0
})

let auditFrom: number
const newestAudit = async () =>
  (await box.database.kysely.selectFrom('audit').select('id').orderBy('id', 'desc').limit(1).executeTakeFirst())?.id
const audited = async () => {
  const rows = await box.database.kysely
    .selectFrom('audit')
    .select(['action', 'object_id', 'detail'])
    .where('id', '>', auditFrom)
    .where('action', 'like', 'backups.%')
    .orderBy('id')
    .execute()
  return rows.map(({ action, object_id, detail }) => ({ action, id: object_id, ...(JSON.parse(String(detail)) as object) }))
}

const plain = (html: string) =>
  html
    .replace(/^[\s\S]*<main/, '<main')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/[\s\u00a0]+/g, ' ')

async function act(fields: Record<string, string>, computers: readonly string[], user = box.users.implementor) {
  const headers = { accept: 'text/html', origin: 'http://localhost', host: 'localhost', cookie: await cookieOf(box, user) }
  const body = new URLSearchParams([...Object.entries(fields), ...computers.map((id) => ['computer', id])])
  const answer = await box.app.request('/fleet/act', { method: 'POST', body, headers })
  const html = await answer.text()
  return { status: answer.status, html, words: plain(html) }
}
async function open(path: string) {
  const answer = await box.app.request(path, { headers: { cookie: await cookieOf(box, box.users.implementor) } })
  const html = await answer.text()
  return { status: answer.status, html, words: plain(html) }
}
const pausedNow = async () => {
  const off = await Promise.all(ids.map(async (id) => ((await box.people.switches.findOff(id)) === undefined ? [] : [id])))
  return off.flat()
}
const switchOf = (id: Id<'dev'>) => box.people.switches.findOff(id)
const keyOf = async (id: Id<'dev'>) => (await box.devicesSide.devices.find(id))!

describe('pausing many', () => {
  test('asks first, for the reason, and names each', async () => {
    const table = await open('/fleet')
    for (const kind of ['pause', 'resume']) expect(table.html).toContain(`name="act" value="${kind}"`)
    const asked = await open(`/fleet/act?act=pause&computer=${ids[0]}&computer=${ids[3]}`)
    expect(asked.words).toContain('Pause 2 computers')
    expect(asked.words).toContain('NORTHQUAY-PC')
    expect(asked.html).toMatch(/<input id="reason" name="reason" required/)
    expect(await pausedNow()).toEqual([])
  })

  test('each is paused with the reason, told and written down; one that was paused stays as it was', async () => {
    await box.people.switches.switchDevice(
      await keyOf(ids[1]!),
      { kind: 'off', reason: 'Sent for repair', untilMs: undefined },
      actingOnTheBox,
    )
    auditFrom = (await newestAudit())!
    const { status, words } = await act({ act: 'pause', reason: 'The line is mended' }, ids.slice(0, 3))
    expect(status).toBe(200)
    expect(words).toContain('2 of 3 computers were paused.')
    expect(words).toContain('1 was paused already.')
    expect(words).toContain('It is paused already: Sent for repair')
    expect(await switchOf(ids[0]!)).toMatchObject({ reason: 'The line is mended', untilMs: undefined })
    expect(await switchOf(ids[1]!)).toMatchObject({ reason: 'Sent for repair' })
    expect(await audited()).toEqual(
      [ids[0], ids[2]].map((id) => ({ action: 'backups.switched-off', id, reason: 'The line is mended' })),
    )
  })

  test('the undo notice resumes exactly those', async () => {
    await act({ act: 'pause', reason: 'Before' }, [ids[1]!])
    const { html, words } = await act({ act: 'pause', reason: 'The line is mended' }, ids)
    expect(words).toContain('Undo: resume these 3')
    const form = /<form action="\/fleet\/act" method="post">[\s\S]*?<\/form>/.exec(html)![0]
    const offered = [...form.matchAll(/name="computer" value="([^"]*)"/g)].map(([, id]) => id!)
    expect(offered).toEqual([ids[0], ids[2], ids[3]])
    expect((await act({ act: 'resume' }, offered)).words).toContain('3 of 3 computers were resumed.')
    expect(await pausedNow()).toEqual([ids[1]])
  })

  test('neither the undo notice nor the question resumes what somebody has paused anew since', async () => {
    const report = await act({ act: 'pause', reason: 'The line is mended' }, ids.slice(0, 2))
    const question = await open(`/fleet/act?act=resume&computer=${ids[0]}`)
    box.clock.advance(60_000)
    await act({ act: 'resume' }, [ids[0]!])
    await act({ act: 'pause', reason: 'Court order' }, [ids[0]!])
    for (const { html } of [report, question]) {
      const asked = /name="asked" value="(\d+)"/.exec(html)![1]!
      const { words } = await act({ act: 'resume', asked }, ids.slice(0, 2))
      expect(words).toContain('It was paused anew since you were asked: Court order')
      expect(await pausedNow()).toEqual([ids[0]])
    }
  })

  test.each([
    { title: 'without a reason', fields: { reason: '  ' }, problem: 'Say why' },
    { title: 'with a reason of several lines', fields: { reason: 'One\nTwo' }, problem: 'Say why' },
    { title: 'until a day that has passed', fields: { reason: 'Repair', until: '2020-01-01' }, problem: 'must be after today' },
  ])('$title asks again, and pauses nobody', async ({ fields, problem }) => {
    const { status, words, html } = await act({ act: 'pause', ...fields }, ids)
    expect(status).toBe(422)
    expect(words).toContain(problem)
    expect(html).toContain('aria-invalid="true"')
    expect(html).toContain(`value="${ids[3]}"`)
    expect(await pausedNow()).toEqual([])
    expect(await audited()).toEqual([])
  })

  test('until a day: it ends by itself that morning', async () => {
    const until = new Date(startOfTests + 10 * 86_400_000).toISOString().slice(0, 10)
    await act({ act: 'pause', reason: 'Holidays', until }, [ids[0]!])
    const off = await switchOf(ids[0]!)
    expect(new Date(off!.untilMs!).getTime() - startOfTests).toBeGreaterThan(9 * 86_400_000)
    expect(new Date(off!.untilMs!).getTime() - startOfTests).toBeLessThan(11 * 86_400_000)
  })
})

describe('resuming many', () => {
  test('tells those that were not paused, and those that something above them stops', async () => {
    await act({ act: 'pause', reason: 'Holidays' }, [ids[0]!])
    const foreign = await keyOf(ids[3]!)
    const paused = { kind: 'off', reason: 'Unpaid', untilMs: undefined } as const
    await box.people.switches.switchPlan(foreign, paused, actingOnTheBox)
    auditFrom = (await newestAudit())!
    const { words } = await act({ act: 'resume' }, [ids[0]!, ids[1]!, ids[3]!])
    await box.people.switches.switchPlan(foreign, { kind: 'on' }, actingOnTheBox)
    expect(words).toContain('1 of 3 computers was resumed.')
    expect(words).toContain('1 was not paused, 1 was refused.')
    expect(words).toContain('Its plan is paused: that is not ended for one computer.')
    expect((await audited()).slice(0, 1)).toEqual([{ action: 'backups.switched-on', id: ids[0] }])
    expect(await pausedNow()).toEqual([])
  })

  test('one for which the plan has no place is refused, the others are resumed', async () => {
    await act({ act: 'pause', reason: 'Holidays' }, [ids[0]!])
    const { subscriptionId } = await keyOf(ids[1]!)
    const { kysely } = box.database
    await kysely
      .insertInto('device_switches')
      .values({ device_id: ids[1]!, cause: 'plan-limit', reason: 'No place', at: startOfTests, until_at: null, by_whom: 'test' })
      .execute()
    await kysely.updateTable('subscriptions').set({ devices_max: 2 }).where('id', '=', subscriptionId).execute()
    const { words } = await act({ act: 'resume' }, ids.slice(0, 2))
    await kysely.updateTable('subscriptions').set({ devices_max: 10 }).where('id', '=', subscriptionId).execute()
    expect(words).toContain('1 of 2 computers was resumed.')
    expect(words).toContain('all places are taken')
    expect(await pausedNow()).toEqual([ids[1]])
  })
})

test('whoever may act on many may do each of it to one', () => {
  for (const role of permissionTable['fleet:write'].roles)
    for (const permission of ['backups:switch', 'account:write', 'devices:write'] as const)
      expect(permissionTable[permission].roles).toContain(role)
})

test('is for nobody who belongs to a customer', async () => {
  expect((await act({ act: 'pause', reason: 'Mine' }, [ids[0]!], box.users.owner)).status).toBe(403)
  expect(await pausedNow()).toEqual([])
})

test('a computer is added in an account that is chosen first', async () => {
  expect((await open('/fleet')).html).toContain('href="/accounts?to=add-computer"')
  const { html, words } = await open('/accounts?to=add-computer')
  expect(words).toContain('In whose account is the computer to be added?')
  expect(html).toContain('name="to" value="add-computer"')
  const enter = async (to: string) => {
    const headers = { origin: 'http://localhost', host: 'localhost', cookie: await cookieOf(box, box.users.implementor) }
    const body = new URLSearchParams({ customer: box.other.customer.customerId, to })
    return (await box.app.request('/accounts/enter', { method: 'POST', body, headers })).headers.get('location')
  }
  expect(await enter('add-computer')).toBe('/computers/add')
  expect(await enter('https://elsewhere.example')).toBe('/')
})
