/** Retention as the box does it by itself, and as `holdfast retention` has it done. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { holdCollector, releaseCollector } from '../../../server/rebuild/collector-hold.ts'
import { planText } from '../../../server/retention/retention-text.ts'
import { dayMs, hourMs, inBin, listed, makeVersion, type Office, office, pass, setRules } from './versions.ts'

let at: Office
const box = () => at.upload.box
const chores = () => box().care.chores

beforeEach(async () => {
  at = await office()
})
afterEach(() => at[Symbol.asyncDispose]())

/** Two versions, of which one should go. */
async function oneTooMany(): Promise<void> {
  await setRules(at, { keepLast: 1 })
  await makeVersion(at)
  await pass(box(), 10 * dayMs)
  await makeVersion(at)
  await pass(box(), 10 * dayMs)
}

const runNow = (input?: object) => chores().runToEnd('retention', input === undefined ? {} : { input })

describe('the chore', () => {
  test('says what came of it', async () => {
    await oneTooMany()
    expect(await runNow()).toMatchObject({ summary: '1 version went into the bin.', detail: { binned: 1 } })
    expect(await runNow()).toMatchObject({ summary: 'Every version stays.' })
    await pass(box(), 7 * dayMs)
    expect(await runNow()).toMatchObject({ summary: '1 version went for good.' })
  })

  test('is done every night by itself', async () => {
    await oneTooMany()
    const { nextAt } = await chores().find('retention')
    expect(new Date(nextAt!).toISOString()).toMatch(/T03:00:00.000Z$/)
    expect(nextAt! - box().clock.now()).toBeLessThanOrEqual(24 * hourMs)
    await runNow()
    const { nextAt: following } = await chores().find('retention')
    expect(following! - box().clock.now()).toBeGreaterThan(0)
  })

  test('of one customer leaves the others’ alone', async () => {
    await oneTooMany()
    expect(await runNow({ customerId: `cus_${'a'.repeat(20)}` })).toMatchObject({ detail: { computers: 0 } })
    expect(await inBin(at)).toEqual([])
    expect(await runNow({ customerId: at.computer.identity.customerId })).toMatchObject({ detail: { computers: 1, binned: 1 } })
  })

  test('waits while the clock is not to be believed', async () => {
    await oneTooMany()
    const { observedTime } = box().care
    await observedTime.start()
    await observedTime.tick()
    box().clock.advance(5 * hourMs)
    await observedTime.tick()
    expect(await observedTime.findJump()).toBeDefined()
    await expect(runNow()).rejects.toMatchObject({ fault: 'held' })
    expect((await listed(at)).length).toBe(2)
  })

  test('lets nothing go after a rebuild, until somebody has looked', async () => {
    await oneTooMany()
    await holdCollector(box().database.kysely, box().clock.now())
    expect((await runNow()).summary).toContain('Nothing was let go')
    expect((await listed(at)).length).toBe(2)
    await releaseCollector(box().database.kysely)
    expect(await runNow()).toMatchObject({ detail: { binned: 1 } })
  })

  test('stops between two computers when it is told to, and goes on the next time', async () => {
    await oneTooMany()
    await expect(box().retention.apply({ signal: AbortSignal.abort(new Error('stopped')) })).rejects.toThrow('stopped')
    expect(await runNow()).toMatchObject({ detail: { binned: 1 } })
  })
})

test('the plan in words', () => {
  const computer = { id: 'dev_x', name: 'XRAY-PC', customer: 'Office (C-000001)', comingBack: 0, looseBytes: 0 }
  const going = [{ id: 'snap_x', receivedAt: '2026-03-14T18:02:11.000Z' }]
  expect(planText([])).toBe('There are no computers.')
  expect(
    planText([
      { ...computer, staying: 311, going, freedBytes: 3_435_973_837 },
      { ...computer, name: 'DESK', staying: 1, going: [], comingBack: 2, freedBytes: 0 },
    ]),
  ).toBe(
    'XRAY-PC, Office (C-000001): 311 versions stay, 1 version would go, which frees 3.2 GiB\n' +
      'DESK, Office (C-000001): 1 version stays, 0 versions would go; 2 versions would come out of the bin\n' +
      'Nothing was changed.',
  )
})
