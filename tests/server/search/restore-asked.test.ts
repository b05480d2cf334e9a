import { expect, test } from 'vitest'
import { filtersAsked, restoreAddress, restoreAsked, sizeChoices, weeksAsked } from '../../../server/search/restore-asked.ts'
import type { Reader } from '../../../views/reader.ts'

const reader: Reader = { locale: 'en-GB', timeZone: 'UTC', nowMs: Date.UTC(2026, 2, 24, 12) }
const asked = (query: Readonly<Record<string, string>>) => restoreAsked((name) => query[name])

test('a file of exactly a mebibyte is of one size, not of two', () => {
  const [small, medium] = sizeChoices
  for (const bytes of [1024 ** 2 - 1, 1024 ** 2, 1024 ** 2 + 1]) {
    const fits = [small, medium].filter(({ value }) => {
      const { minBytes = 0, maxBytes = Number.POSITIVE_INFINITY } = filtersAsked(reader, asked({ size: value }))
      return bytes >= minBytes && bytes <= maxBytes
    })
    expect(fits, String(bytes)).toHaveLength(1)
  }
})

test.each([
  { weeks: '2026-03-10', shown: '2026-03-10' },
  { weeks: '2026-04-10', shown: '2026-03-24' },
  { weeks: 'x', shown: undefined },
])('the strip is turned to $weeks: it ends on $shown', ({ weeks, shown }) => {
  expect(weeksAsked(reader, asked({ weeks }))?.toString()).toBe(shown)
})

test('to turn the strip asks for nothing else', () => {
  expect(restoreAddress(asked({ q: 'march', day: '2026-03-01' }), { weeks: '2026-02-01' })).toBe(
    '/restore?q=march&day=2026-03-01&weeks=2026-02-01',
  )
})
