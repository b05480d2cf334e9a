import { expect, test } from 'vitest'
import { silenceLines, silentAfterMs, silentSince } from '../../../agent/runs/warn-of-silence.ts'

const nowMs = Date.UTC(2026, 2, 14, 18)
const policy = { planName: 'Gold', validUntilMs: undefined, quotaBytes: 1, usedBytes: 0, acceptsBackups: true }

test.each([
  { title: 'never heard of it: the connection is new', heardAtMs: undefined, since: undefined },
  { title: 'heard of it yesterday', heardAtMs: nowMs - silentAfterMs / 3, since: undefined },
  { title: 'a moment less than three days ago', heardAtMs: nowMs - silentAfterMs + 1, since: undefined },
  { title: 'three days ago', heardAtMs: nowMs - silentAfterMs, since: nowMs - silentAfterMs },
])('$title', ({ heardAtMs, since }) => {
  expect(silentSince({ policy: heardAtMs === undefined ? undefined : { ...policy, heardAtMs } }, nowMs)).toBe(since)
})

test('the warning says since when, why, and what helps', () => {
  const program = { words: { moment: () => '2026-03-10 18:00' }, surroundings: { now: () => nowMs } } as never
  const sinceMs = nowMs - 4 * 24 * 60 * 60 * 1000
  const why = { code: 'HF-BOX-UNREACHABLE', detail: 'Nobody answers.' } as const
  const lines = silenceLines(program, { sinceMs, url: 'https://box.example', why: why as never })
  expect(lines.join('\n')).toMatch(/no contact with the box for 4 days, since 2026-03-10 18:00/)
  expect(lines.join('\n')).toContain('Nobody answers. (HF-BOX-UNREACHABLE)')
  expect(lines.join('\n')).toContain('https://box.example')
})
