/** A computer moved to a plan that keeps less, on real versions: held for a week, taken back, and what the pages say of it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { noRules } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { Device } from '../../../server/devices/device.ts'
import { type Id, parseId } from '../../../server/runtime/ids.ts'
import { bodyOf, formRequest } from '../../support/test-app.ts'
import { cookieOf } from '../../support/two-customers.ts'
import { applyNow, dayMs, listed, makeVersion, type Office, office, pass, setRules } from '../retention/versions.ts'

const versions = 12
const keptByBronze = 3
const weekMs = 7 * dayMs
const bronze = parseId('pln', 'pln_bronze22222222222222')
const gold = parseId('pln', 'pln_gold2222222222222222')

let at: Office
let homeId: Id<'sub'>
let bronzeId: Id<'sub'>

beforeEach(async () => {
  at = await office()
  const { kysely } = box().database
  const retention = JSON.stringify({ ...noRules, keepLast: keptByBronze })
  await kysely.updateTable('plans').set({ retention }).where('id', '=', bronze).execute()
  for (let week = 0; week < versions; week += 1) {
    await makeVersion(at)
    await pass(box(), weekMs)
  }
  homeId = (await getDevice()).subscriptionId
  bronzeId = await sell(bronze)
})
afterEach(() => at[Symbol.asyncDispose]())

const box = () => at.upload.box
const getDevice = async (): Promise<Device> => (await box().devicesSide.devices.find(at.computer.identity.deviceId))!
const sell = async (planId: Id<'pln'>): Promise<Id<'sub'>> => {
  const { customerId } = at.computer.identity
  const sold = await box().people.licences.sell({ customerId, planId, validity: { kind: 'without-end' } }, actingOnTheBox)
  return sold.subscriptionId
}
const move = async (to: Id<'sub'>) => box().devicesSide.devices.move(await getDevice(), to, actingOnTheBox)
const outside = async () => (await listed(at)).length
const runAt = async (ms: number) => {
  await pass(box(), ms)
  await applyNow(box())
  return outside()
}
const audited = async () => {
  const rows = await box()
    .database.kysely.selectFrom('audit')
    .select(['action', 'detail'])
    .where('action', 'in', ['device.moved', 'device.moved-back'])
    .orderBy('id')
    .execute()
  return rows.map(({ action, detail }) => ({ action, ...(JSON.parse(String(detail)) as object) }))
}

describe('moved to a plan that keeps less', () => {
  test('nothing goes for seven days; then what its rules let go, and first into the bin', async () => {
    const untilMs = box().clock.now() + weekMs
    expect(await move(bronzeId)).toEqual({ isUndone: false, heldUntilMs: untilMs })
    expect(await runAt(0)).toBe(versions)
    expect(await runAt(weekMs - 60_000)).toBe(versions)
    expect(await runAt(60_000)).toBe(keptByBronze)
    expect(await box().retention.listBin((await getDevice()).deviceId)).toHaveLength(versions - keptByBronze)
    expect(await audited()).toMatchObject([{ action: 'device.moved', from: 'Gold', to: 'Bronze', heldUntil: untilMs }])
  })

  test('once they are over, the held rules are removed', async () => {
    const held = () => box().database.kysely.selectFrom('held_rules').select('id').execute()
    await move(bronzeId)
    await runAt(weekMs)
    expect(await held()).not.toEqual([])
    await runAt(dayMs)
    expect(await held()).toEqual([])
  })

  test('moved back within that time it has the rules it had, and nothing has gone', async () => {
    await move(bronzeId)
    await pass(box(), 3 * dayMs)
    expect(await move(homeId)).toMatchObject({ isUndone: true })
    const { subscriptionId } = await getDevice()
    expect(subscriptionId).toBe(homeId)
    expect(await runAt(0)).toBe(versions)
    expect(await box().devicesSide.devices.findMove((await getDevice()).deviceId)).toBeUndefined()
    await pass(box(), weekMs)
    expect(await box().retention.rulesOf(await getDevice())).toMatchObject({ plan: { name: 'Gold' }, held: [] })
    expect(await runAt(0)).toBe(versions)
    expect((await audited()).map(({ action }) => action)).toEqual(['device.moved', 'device.moved-back'])
  })

  test('it is taken back even where the old plan has ended since, and only to it', async () => {
    const other = await sell(gold)
    await move(bronzeId)
    await box().people.licences.end(homeId, 'now', actingOnTheBox)
    await box().people.licences.end(other, 'now', actingOnTheBox)
    await expect(move(other)).rejects.toMatchObject({ fault: 'licence-missing' })
    expect(await move(homeId)).toMatchObject({ isUndone: true })
  })

  test('after seven days going back is a move like any other', async () => {
    await move(bronzeId)
    await pass(box(), weekMs)
    expect(await move(homeId)).toEqual({ isUndone: false, heldUntilMs: box().clock.now() + weekMs })
  })

  test('two moves are taken back one after the other', async () => {
    const other = await sell(gold)
    await move(bronzeId)
    await move(other)
    expect(await move(bronzeId)).toMatchObject({ isUndone: true })
    expect(await move(homeId)).toMatchObject({ isUndone: true })
    expect(await runAt(2 * weekMs)).toBe(versions)
  })

  test('what its old plan still held from a change of its own stays as long as it was promised', async () => {
    await box()
      .database.kysely.updateTable('subscriptions')
      .set({ retention: JSON.stringify({ ...noRules, keepLast: 5 }) })
      .where('id', '=', homeId)
      .execute()
    await box()
      .database.kysely.insertInto('held_rules')
      .values({
        object_id: homeId,
        change_id: null,
        rules: JSON.stringify({ ...noRules, keepLast: 8 }),
        until_at: box().clock.now() + 4 * dayMs,
      })
      .execute()
    await move(bronzeId)
    expect(await runAt(0)).toBe(8)
    expect(await runAt(4 * dayMs)).toBe(5)
    expect(await runAt(3 * dayMs)).toBe(keptByBronze)
  })

  test('rules of its own go along: nothing changes, and nothing is held', async () => {
    await setRules(at, { keepLast: 10 })
    expect(await move(bronzeId)).toEqual({ isUndone: false, heldUntilMs: undefined })
    expect(await box().retention.rulesOf(await getDevice())).toMatchObject({ own: { keepLast: 10 }, held: [] })
    expect(await runAt(2 * weekMs)).toBe(10)
  })

  test('of two who move it at once, the second is told', async () => {
    const other = await sell(gold)
    const device = await getDevice()
    const moving = [bronzeId, other].map((to) => box().devicesSide.devices.move(device, to, actingOnTheBox))
    const ended = await Promise.allSettled(moving)
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(ended.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { fault: 'moved-meanwhile' } })
    expect(await audited()).toHaveLength(1)
  })
})

describe('its page', () => {
  const open = async (query = '') => {
    const { deviceId } = await getDevice()
    const headers = { cookie: await cookieOf(box(), box().user) }
    const answer = await box().app.request(`/computers/${deviceId}/manage${query}`, { headers })
    expect(answer.status).toBe(200)
    return plain(await answer.text())
  }
  const send = async (path: string, fields: Record<string, string>) =>
    box().app.request(path, formRequest(fields, { cookie: await cookieOf(box(), box().user) }))
  const plain = (html: string) => html.replaceAll(/<[^>]*>/g, ' ').replaceAll(/[\s\u00a0]+/g, ' ')

  test('tells before and after what may go and when, and takes the move back', async () => {
    const { deviceId } = await getDevice()
    const before = await open(`?plan=${bronzeId}`)
    expect(before).toContain('For seven days it can be moved back. Nothing that Gold keeps goes before')
    expect(before).toContain(
      `${versions - keptByBronze} versions go into the bin by the rules of Bronze then, and for good seven days later.`,
    )
    expect(before).toMatch(/That frees [\d.]+ \w+ once they have gone/)
    expect(before).toContain('Which versions may go')
    expect((await send(`/computers/${deviceId}/move`, { plan: bronzeId })).status).toBe(303)

    await pass(box(), 2 * dayMs)
    const after = await open()
    expect(after).toContain('It was moved from Gold to Bronze.')
    expect(after).toContain(`${versions - keptByBronze} versions go into the bin by the rules of Bronze then`)
    expect(after).toContain('Move it back to Gold')
    expect(await open(`?plan=${homeId}`)).toContain('That takes the move back.')
    expect((await send(`/computers/${deviceId}/move`, { plan: homeId })).status).toBe(303)
    expect(await open()).not.toContain('It was moved')
  })

  test('says nothing of it any more after seven days', async () => {
    await move(bronzeId)
    await pass(box(), weekMs)
    expect(await open()).not.toContain('It was moved')
  })

  test('the move of many says the same of each', async () => {
    const { deviceId } = await getDevice()
    const moved = await send('/fleet/act', { computer: deviceId, act: 'move', plan: bronze })
    expect(plain(await moved.text())).toContain(
      `It was moved from Gold to Bronze. For seven days nothing goes that Gold keeps, and it can be moved back. As things are, ${versions - keptByBronze} versions go into the bin then, and for good seven days later.`,
    )
    expect(await runAt(weekMs - 60_000)).toBe(versions)
    const back = await send('/fleet/act', { computer: deviceId, act: 'move', plan: gold })
    expect(plain(await back.text())).toContain('It was moved back from Bronze to Gold. Nothing has gone because of the move.')
  })

  test('the API names the rules that are held, and until when', async () => {
    const { deviceId } = await getDevice()
    await move(bronzeId)
    const headers = { cookie: await cookieOf(box(), box().user) }
    const answer = await box().app.request(`/api/v1/devices/${deviceId}/retention`, { headers })
    const until = new Date(box().clock.now() + weekMs).toISOString()
    expect(await bodyOf(answer)).toMatchObject({
      rules: { keepLast: keptByBronze },
      held: [{ until }],
    })
  })
})
