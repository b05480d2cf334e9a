import { describe, expect, test } from 'vitest'
import { monthAsked, monthProps } from '../../../server/home/month.ts'
import type { DeviceDay } from '../../../server/runs/run.ts'
import type { Id } from '../../../server/runtime/ids.ts'
import type { Reader } from '../../../views/reader.ts'
import { nowMs, sampleComputer, sampleDevice } from '../../support/computers.ts'

const reader: Reader = { locale: 'en-GB', timeZone: 'Europe/London', nowMs }
const month = (text: string) => Temporal.PlainYearMonth.from(text)
const computer = sampleComputer('RECEPTION')
const version = 'snap_aaaaaaaaaaaaaaaaaaaa' as Id<'snap'>

function day(dayIndex: number, counts: Partial<DeviceDay>): DeviceDay {
  return {
    deviceId: computer.device.deviceId,
    dayIndex,
    ok: 0,
    partial: 0,
    failed: 0,
    lastAt: nowMs,
    lastVersion: version,
    ...counts,
  }
}

function ribbonOf(days: readonly DeviceDay[], mayReadFiles = true) {
  const props = monthProps({ reader, month: month('2026-03'), computers: [computer], days, mayReadFiles, path: '/' })
  return props.ribbons[0]!.days
}

describe('which month is asked for', () => {
  test.each([
    { given: undefined, expect: '2026-03' },
    { given: '2026-02', expect: '2026-02' },
    { given: '2019-12', expect: '2019-12' },
    { given: '2026-04', expect: '2026-03' },
    { given: '2026-13', expect: '2026-03' },
    { given: '0000-01', expect: '2026-03' },
    { given: '2026-2', expect: '2026-03' },
    { given: 'march', expect: '2026-03' },
  ])('$given', ({ given, expect: text }) => {
    expect(String(monthAsked(reader, given))).toBe(text)
  })

  test('the present month is the reader’s', () => {
    const late = { ...reader, timeZone: 'Pacific/Auckland', nowMs: Date.UTC(2026, 2, 31, 12) }
    expect(String(monthAsked(late, undefined))).toBe('2026-04')
  })
})

describe('a month of runs', () => {
  test.each([
    { title: 'all well', given: { ok: 3 }, expect: 'ok' },
    { title: 'a failure that was made good', given: { ok: 1, failed: 2 }, expect: 'ok' },
    { title: 'partly at best', given: { partial: 1, failed: 1 }, expect: 'partial' },
    { title: 'failed', given: { failed: 1, lastVersion: undefined }, expect: 'failed' },
  ])('$title', ({ given, expect: state }) => {
    expect(ribbonOf([day(0, given)]).get(1)?.state).toBe(state)
  })

  test('a day leads to its last version; without one, or for staff, to the computer', () => {
    const computerPath = `/computers/${computer.device.deviceId}`
    expect(ribbonOf([day(25, { ok: 1 })]).get(26)?.path).toBe(`/versions/${version}/browse`)
    expect(ribbonOf([day(25, { ok: 1 })], false).get(26)?.path).toBe(computerPath)
    expect(ribbonOf([day(25, { failed: 1, lastVersion: undefined })]).get(26)?.path).toBe(computerPath)
  })

  test('what lies behind the month is not its last day', () => {
    expect([...ribbonOf([day(31, { ok: 1 })]).keys()]).toEqual([])
  })

  test('leads only to months in which there can be something', () => {
    const links = (text: string, firstVersionAt: number) => {
      const computers = [{ ...computer, device: sampleDevice('X', { firstVersionAt }) }]
      const { earlierPath, laterPath } = monthProps({
        reader,
        month: month(text),
        computers,
        days: [],
        mayReadFiles: true,
        path: '/',
      })
      return { earlierPath, laterPath }
    }
    const february = Date.UTC(2026, 1, 10)
    expect(links('2026-03', february)).toEqual({ earlierPath: '/?month=2026-02', laterPath: undefined })
    expect(links('2026-02', february)).toEqual({ earlierPath: undefined, laterPath: '/?month=2026-03' })
    expect(links('2026-03', nowMs)).toEqual({ earlierPath: undefined, laterPath: undefined })
  })
})
