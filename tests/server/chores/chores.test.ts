/** The box's own work: when it runs, one heavy piece at a time, what is kept of it, and what becomes of it when it is stopped. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createCare } from '../../../server/care.ts'
import { type Chore, ChoreError, type ChoreRunning } from '../../../server/chores/chore.ts'
import { createChoresService } from '../../../server/chores/chores-service.ts'
import { daily, dueAfterTrouble, every } from '../../../server/chores/due.ts'
import { movableClock } from '../../../server/runtime/clock.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { eventually } from '../../support/eventually.ts'
import { type TestDatabase, testDatabase } from '../../support/test-database.ts'

const start = Date.UTC(2026, 2, 14, 12)
const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

let database: TestDatabase
let clock: ReturnType<typeof movableClock>

beforeEach(async () => {
  database = await testDatabase()
  clock = movableClock(start)
})
afterEach(() => database.close())

/** A chore whose runs end when the test says so. */
function chore(name: string, more: Partial<Chore> = {}) {
  const runs: (ChoreRunning & { readonly end: (summary: string) => void; readonly fail: (error: Error) => void })[] = []
  const made: Chore = {
    name,
    title: name,
    about: '',
    weight: 'heavy',
    needsClock: false,
    dueAt: every(hour),
    run: (running) =>
      new Promise((resolve, reject) => {
        running.signal.addEventListener('abort', () => reject(running.signal.reason))
        runs.push({ ...running, end: (summary) => resolve({ summary, detail: { of: name } }), fail: reject })
      }),
    ...more,
  }
  return { chore: made, runs }
}

async function serviceOf(...chores: readonly { readonly chore: Chore }[]) {
  const care = createCare({ database, clock, log: silentLog })
  await care.observedTime.start()
  const service = createChoresService({ ...care, database, clock, log: silentLog, chores: chores.map((one) => one.chore) })
  await service.start()
  const alarms = async () =>
    (await care.alarms.list({ reach: 'all', after: 0, limit: 10 })).map(({ code, subject }) => `${code} ${subject}`)
  return { ...service, care, alarms }
}

describe('a chore', () => {
  test('that was missed for three days is caught up once, and every run is remembered', async () => {
    const one = chore('one', { dueAt: daily({ hour: 3, timeZone: 'UTC' }) })
    const before = await serviceOf(one)
    await before.tick()
    expect(one.runs).toHaveLength(0)
    clock.advance(3 * day)
    // The box was off: it begins anew, and ticks.
    const service = await serviceOf(one)
    await service.tick()
    await eventually(() => expect(one.runs).toHaveLength(1))
    one.runs[0]!.end('done it')
    await service.settled()
    await service.tick()
    expect(one.runs).toHaveLength(1)
    clock.advance(15 * hour)
    await service.tick()
    await eventually(() => expect(one.runs).toHaveLength(2))
    one.runs[1]!.fail(new Error('no luck'))
    await service.settled()
    const after = await serviceOf(one)
    expect(await after.listPast({ name: undefined, limit: 10 })).toMatchObject([
      { name: 'one', outcome: 'failed', summary: 'no luck' },
      { name: 'one', outcome: 'done', summary: 'done it', startedAt: start + 3 * day },
    ])
    expect(await after.listPast({ name: 'two', limit: 10 })).toEqual([])
  })

  test('runs when it is due, and keeps what came of it', async () => {
    const one = chore('one')
    const service = await serviceOf(one)
    await service.tick()
    await eventually(() => expect(one.runs).toHaveLength(1))
    one.runs[0]!.onProgress({ words: 'half', done: 1, total: 2 })
    expect((await service.find('one')).activity).toEqual({
      kind: 'running',
      sinceMs: start,
      progress: { words: 'half', done: 1, total: 2 },
    })
    clock.advance(5 * minute)
    one.runs[0]!.end('all good')
    await service.settled()
    const { state, activity, nextAt } = await service.find('one')
    expect(activity).toEqual({ kind: 'idle' })
    expect(nextAt).toBe(start + hour)
    expect(state).toMatchObject({
      startedAt: start,
      endedAt: start + 5 * minute,
      goodAt: start + 5 * minute,
      outcome: 'done',
      summary: 'all good',
      detail: { of: 'one' },
    })
    await service.tick()
    expect(one.runs).toHaveLength(1)
    clock.advance(hour)
    await service.tick()
    await eventually(() => expect(one.runs).toHaveLength(2))
    await service.stop()
  })

  test('does not run twice at a time, and a heavy one waits for the heavy one before it', async () => {
    const [one, two, light] = [chore('one'), chore('two'), chore('light', { weight: 'light' })]
    const service = await serviceOf(one, two, light)
    await service.tick()
    await eventually(() => expect([one.runs.length, light.runs.length]).toEqual([1, 1]))
    expect((await service.find('two')).activity).toEqual({ kind: 'queued' })
    expect(service.heavyNow()).toBe(one.chore.title)
    await expect(service.runNow('one')).rejects.toMatchObject({ fault: 'running' })
    await expect(service.runNow('two')).rejects.toMatchObject({ fault: 'running' })
    await service.tick()
    expect([one.runs.length, two.runs.length, light.runs.length]).toEqual([1, 0, 1])
    one.runs[0]!.end('done')
    await eventually(() => expect(two.runs).toHaveLength(1))
    await service.stop()
  })

  test('that fails raises an alarm, is tried again later and later, and settles the alarm when it works', async () => {
    const one = chore('one')
    const service = await serviceOf(one)
    for (const [index, waitMs] of [10 * minute, 20 * minute, 40 * minute].entries()) {
      await service.tick()
      await eventually(() => expect(one.runs).toHaveLength(index + 1))
      one.runs[index]!.fail(new Error('the disk is gone'))
      await service.settled()
      const { state, nextAt } = await service.find('one')
      expect(state).toMatchObject({ outcome: 'failed', failures: index + 1, summary: 'the disk is gone', goodAt: undefined })
      expect(nextAt).toBe(clock.now() + waitMs)
      expect(await service.alarms()).toEqual(['HF-CHORE-FAILED chore:one'])
      clock.advance(waitMs)
    }
    await service.tick()
    await eventually(() => expect(one.runs).toHaveLength(4))
    one.runs[3]!.end('mended')
    await service.settled()
    expect(await service.alarms()).toEqual([])
    expect((await service.find('one')).state).toMatchObject({ outcome: 'done', failures: 0 })
  })

  test('runs when somebody asks, with what they ask, and tells them the end', async () => {
    const one = chore('one', { dueAt: () => undefined })
    const service = await serviceOf(one)
    await service.tick()
    const told: unknown[] = []
    const ended = service.runToEnd('one', { input: { isNow: true }, onProgress: (progress) => told.push(progress) })
    await eventually(() => expect(one.runs).toHaveLength(1))
    expect(one.runs[0]!.input).toEqual({ isNow: true })
    one.runs[0]!.onProgress({ words: 'reading' })
    one.runs[0]!.end('done by hand')
    expect(await ended).toEqual({ summary: 'done by hand', detail: { of: 'one' } })
    expect(told).toEqual([{ words: 'reading' }])
    const failing = service.runToEnd('one', {})
    await eventually(() => expect(one.runs).toHaveLength(2))
    one.runs[1]!.fail(new RangeError('no'))
    await expect(failing).rejects.toThrow(RangeError)
    await expect(service.runNow('two')).rejects.toMatchObject({ fault: 'unknown' })
  })

  test('that is cancelled ends so, raises nothing, and does not begin when it was still waiting', async () => {
    const [one, two] = [chore('one'), chore('two')]
    const service = await serviceOf(one, two)
    const running = service.runToEnd('one', {})
    await eventually(() => expect(one.runs).toHaveLength(1))
    await service.runNow('two')
    expect(service.cancel('two')).toBe(true)
    expect(service.cancel('one')).toBe(true)
    await expect(running).rejects.toBeInstanceOf(ChoreError)
    await service.settled()
    expect(two.runs).toHaveLength(0)
    expect((await service.find('one')).state).toMatchObject({ outcome: 'cancelled', failures: 0 })
    expect((await service.find('two')).state).toMatchObject({ outcome: undefined, startedAt: undefined })
    expect(await service.alarms()).toEqual([])
    expect(service.cancel('one')).toBe(false)
  })

  test('ends with whoever waits for it', async () => {
    const one = chore('one')
    const service = await serviceOf(one)
    const caller = new AbortController()
    const running = service.runToEnd('one', { signal: caller.signal })
    await eventually(() => expect(one.runs).toHaveLength(1))
    caller.abort()
    await expect(running).rejects.toMatchObject({ fault: 'cancelled' })
  })

  test('that the box stopped runs again at once after its start; one that a crash left is noted with its place', async () => {
    const one = chore('one', { dueAt: every(day) })
    const service = await serviceOf(one)
    await service.tick()
    await eventually(() => expect(one.runs).toHaveLength(1))
    await service.stop()
    expect((await service.find('one')).state).toMatchObject({ outcome: 'interrupted' })
    await expect(service.runNow('one')).rejects.toBeInstanceOf(ChoreError)

    const again = chore('one', { dueAt: every(day) })
    const restarted = await serviceOf(again)
    clock.advance(minute)
    await restarted.tick()
    await eventually(() => expect(again.runs).toHaveLength(1))
    again.runs[0]!.onProgress({ words: 'pack 7 of 9' })
    await eventually(async () => {
      const { progress } = await database.kysely.selectFrom('chores').select('progress').executeTakeFirstOrThrow()
      expect(progress).toContain('pack 7')
    })

    const afterCrash = await serviceOf(chore('one', { dueAt: every(day) }))
    const { state, nextAt } = await afterCrash.find('one')
    expect(state).toMatchObject({ outcome: 'interrupted', failures: 2 })
    expect(state.summary).toContain('pack 7 of 9')
    expect(nextAt).toBe(clock.now() + 20 * minute)
    await restarted.stop()
  })

  test('that does not know when it is due holds nobody else up, and people are told', async () => {
    const lost = chore('lost', { dueAt: () => Promise.reject(new Error('its folder is gone')) })
    const other = chore('other')
    const service = await serviceOf(lost, other)
    await service.tick()
    await eventually(() => expect(other.runs).toHaveLength(1))
    expect(await service.alarms()).toEqual(['HF-CHORE-FAILED chore:lost'])
    expect((await service.list()).map(({ nextAt }) => nextAt)).toEqual([undefined, start + hour])
    await service.stop()
  })

  test('that goes by age waits while the clock is not to be believed', async () => {
    const [one, other] = [chore('one', { needsClock: true }), chore('other', { weight: 'light' })]
    const service = await serviceOf(one, other)
    clock.advance(5 * hour)
    await service.care.observedTime.tick()
    expect(await service.alarms()).toEqual(['HF-CLOCK-JUMPED clock'])
    await service.tick()
    await eventually(() => expect(other.runs).toHaveLength(1))
    expect(one.runs).toHaveLength(0)
    expect((await service.find('one')).isHeld).toBe(true)
    await expect(service.runNow('one')).rejects.toMatchObject({ fault: 'held' })
    for (let count = 0; count < 60; count += 1) {
      clock.advance(minute)
      await service.care.observedTime.tick()
    }
    expect(await service.alarms()).toEqual([])
    await service.tick()
    await eventually(() => expect(one.runs).toHaveLength(1))
    await service.stop()
  })
})

describe('when work is due', () => {
  const never = { startedAt: undefined, endedAt: undefined, outcome: undefined, goodAt: undefined, detail: undefined }
  const state = (more: object) => ({ name: 'x', knownAt: start, ...never, failures: 0, summary: '', ...more })
  const at = (text: string) => Temporal.ZonedDateTime.from(`${text}[Europe/Berlin]`).epochMilliseconds
  const nightly = daily({ hour: 2, minute: 30, timeZone: 'Europe/Berlin' })

  test.each([
    { title: 'the night after the box got it', last: undefined, knownAt: at('2026-03-14T12:00'), due: at('2026-03-15T02:30') },
    { title: 'the same night, when it ran before it', last: at('2026-03-15T01:00'), due: at('2026-03-15T02:30') },
    { title: 'the next night, when it ran a moment after', last: at('2026-03-15T02:30'), due: at('2026-03-16T02:30') },
    { title: 'an hour later, where the clock skips half past two', last: at('2026-03-28T12:00'), due: at('2026-03-29T03:30') },
    { title: 'once, where half past two comes twice', last: at('2026-10-24T12:00'), due: at('2026-10-25T02:30+02:00') },
    { title: 'the day after that', last: at('2026-10-25T02:31+02:00'), due: at('2026-10-26T02:30') },
  ])('each night: $title', ({ last, knownAt = start, due }) => {
    expect(new Date(nightly(state({ startedAt: last, knownAt }))).toISOString()).toBe(new Date(due).toISOString())
  })

  test('what nobody asks for is not tried again either', () => {
    expect(dueAfterTrouble(state({ outcome: 'failed', endedAt: start, failures: 1 }), undefined)).toBeUndefined()
  })
})
