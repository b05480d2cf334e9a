import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { progressDisplay } from '../../../agent/output/progress-display.ts'
import { type ProgressState, progressLine } from '../../../agent/output/progress-line.ts'
import { openReport } from '../../../agent/output/report.ts'
import { speedMeter } from '../../../agent/output/speed-meter.ts'
import { terminalLine } from '../../../agent/output/terminal-line.ts'
import { textWidth } from '../../../agent/output/text-width.ts'
import { recordedOutput, testWords } from '../../support/agent-surroundings.ts'

const MiB = 1024 * 1024
const state: ProgressState = {
  title: 'Sending',
  files: 12_034,
  filesTotal: undefined,
  bytes: 768 * MiB,
  bytesTotal: 1536 * MiB,
  bytesPerSecond: 84 * MiB,
}

describe('the line', () => {
  test.each([
    [120, 'Sending  [###########...........]  50 %  768 MiB of 1.5 GiB  9 s left  84 MiB/s  12,034 files'],
    [80, 'Sending  [###....]  50 %  768 MiB of 1.5 GiB  9 s left  84 MiB/s  12,034 files'],
    [75, 'Sending   50 %  768 MiB of 1.5 GiB  9 s left  84 MiB/s  12,034 files'],
    [60, 'Sending   50 %  768 MiB of 1.5 GiB  9 s left  84 MiB/s'],
    [50, 'Sending   50 %  768 MiB of 1.5 GiB  9 s left'],
    [40, 'Sending   50 %  768 MiB of 1.5 GiB'],
    [20, 'Sending  50 %'],
    [1, 'Sending  50 %'],
  ])('in %d columns', (columns, line) => {
    expect(progressLine(state, columns, testWords)).toBe(line)
  })

  test.each([
    {
      title: 'nothing known yet',
      given: { bytes: 0, bytesTotal: undefined, bytesPerSecond: 0, files: 0 },
      line: 'Sending  0 bytes  0 files',
    },
    { title: 'more than was expected', given: { bytes: 2000 * MiB }, line: 'Sending  2.0 GiB  84 MiB/s  12,034 files' },
    {
      title: 'empty files only',
      given: { bytes: 0, bytesTotal: 0, filesTotal: 24_068, bytesPerSecond: 0 },
      line: /50 % {2}0 bytes of 0 bytes {2}12,034 files$/,
    },
    { title: 'done', given: { bytes: 1536 * MiB, bytesPerSecond: 0 }, line: /\[#{22}\] 100 %/ },
    { title: 'almost done is not done', given: { bytes: 1536 * MiB - 1 }, line: / 99 %.*0 s left/ },
    { title: 'too slow to say', given: { bytesPerSecond: 1 }, line: /50 % {2}768 MiB of 1.5 GiB {2}1 byte\/s/ },
    { title: 'one file', given: { files: 1 }, line: /1 file$/ },
  ])('$title', ({ given, line }) => {
    const text = progressLine({ ...state, ...given }, 120, testWords)
    if (typeof line === 'string') expect(text).toBe(line)
    else expect(text).toMatch(line)
  })

  test('never wraps', () => {
    const counts = fc.nat({ max: 2 ** 50 })
    const anyState = fc.record({
      title: fc.constantFrom('Looking', 'Sending', 'Finishing', 'Restoring'),
      files: counts,
      filesTotal: fc.option(counts, { nil: undefined }),
      bytes: counts,
      bytesTotal: fc.option(counts, { nil: undefined }),
      bytesPerSecond: fc.double({ min: 0, max: 1e12, noNaN: true }),
    })
    fc.assert(
      fc.property(anyState, fc.integer({ min: 20, max: 200 }), (given, columns) => {
        expect(textWidth(progressLine(given, columns, testWords))).toBeLessThan(columns)
      }),
    )
  })
})

describe('speed', () => {
  test('is that of the last seconds', () => {
    const meter = speedMeter(0)
    expect(meter.note(1000, 1000)).toBe(1000)
    expect(meter.note(1000, 2000)).toBeLessThan(1000)
    let speed = 0
    for (let second = 3; second < 60; second += 1) speed = meter.note(1000 + (second - 2) * 500, second * 1000)
    expect(speed).toBeCloseTo(500, 0)
  })

  test('is not thrown off by steps without time, or backwards', () => {
    const meter = speedMeter(0)
    expect(meter.note(1000, 0)).toBe(0)
    expect(meter.note(1000, 1000)).toBe(1000)
    expect(meter.note(10, 2000)).toBeGreaterThan(0)
  })
})

describe('on a terminal', () => {
  test('is one write a drawing, at most ten a second, and none for what looks the same', () => {
    const output = recordedOutput({ isTerminal: true })
    const line = terminalLine(output)
    for (let ms = 0; ms < 900; ms += 10) line.draw(() => `at ${Math.floor(ms / 300)}`, ms)
    expect(output.writes).toEqual(['\rat 0\u001b[K', '\rat 1\u001b[K', '\rat 2\u001b[K'])
    for (let ms = 1000; ms < 2000; ms += 10) line.draw(() => `at ${ms}`, ms)
    expect(output.writes.length).toBe(3 + 10)
  })

  test('leaves a clean line, and writes none when nothing was drawn', () => {
    const output = recordedOutput({ isTerminal: true })
    const line = terminalLine(output)
    line.clear()
    line.draw(() => 'busy', 0)
    line.print('for good')
    line.draw(() => 'busy', 0)
    line.clear()
    line.clear()
    expect(output.writes).toEqual(['\rbusy\u001b[K', '\r\u001b[Kfor good\n', '\rbusy\u001b[K', '\r\u001b[K'])
  })
})

describe('where it is shown', () => {
  function display(options: { isTerminal: boolean; isJson: boolean }) {
    const output = recordedOutput(options)
    const errors = recordedOutput(options)
    let nowMs = 0
    const shown = progressDisplay({
      report: openReport({ isJson: options.isJson, output, errors }),
      words: testWords,
      surroundings: { errors, now: () => nowMs },
    })
    const run = () => {
      for (; nowMs <= 30_000; nowMs += 100) shown.show({ ...state, bytes: nowMs * 1000, json: { phase: 'sending' } })
      shown.tell({ event: 'done' }, 'Done.')
      shown.end()
    }
    return { output, errors, run }
  }

  test('a terminal gets a moving line on standard error, and a clean end', () => {
    const { output, errors, run } = display({ isTerminal: true, isJson: false })
    run()
    expect(errors.writes.length).toBeGreaterThan(100)
    expect(errors.writes.at(-1)).toBe('\r\u001b[K')
    expect(output.text()).toBe('Done.\n')
  })

  test('a file gets a line every ten seconds', () => {
    const { output, errors, run } = display({ isTerminal: false, isJson: false })
    run()
    expect(errors.text()).toBe('')
    expect(output.text()).toMatch(/^(Sending .*\n){3}Done\.\n$/)
  })

  test('a program gets an object every second', () => {
    const { output, errors, run } = display({ isTerminal: true, isJson: true })
    run()
    expect(errors.text()).toBe('')
    const events = output
      .text()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { event: string })
    expect(events.map(({ event }) => event)).toEqual([...Array.from({ length: 30 }, () => 'progress'), 'done'])
    expect(events[5]).toEqual({ event: 'progress', phase: 'sending', bytesPerSecond: 1_000_000 })
  })
})
