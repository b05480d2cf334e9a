import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldText } from '../../../server/catalogue/fold-name.ts'
import { matchesGlob, parseGlob } from '../../../server/search/name-glob.ts'
import { maxWildcards, parseNameQuery } from '../../../server/search/name-query.ts'

const matches = (glob: string, name: string) => {
  const names = Buffer.from(`\0${name}\0`)
  return matchesGlob(parseGlob(glob), names, 1, names.length - 1)
}

test.each([
  ['*.dwg', 'plan.dwg', true],
  ['*.dwg', 'plan.dwg.bak', false],
  ['*.dwg', '.dwg', true],
  ['img_????.jpg', 'img_0001.jpg', true],
  ['img_????.jpg', 'img_001.jpg', false],
  ['gr?ße', 'größe', true],
  ['???', 'äöü', true],
  ['??', '日本', true],
  ['*', '', true],
  ['a*b*c', 'a-b-b-c', true],
  ['a*b*c', 'a-c-b', false],
  ['*a', 'banana', true],
  ['ba*na*', 'banana', true],
  ['[a].txt', '[a].txt', true],
])('%s and %s', (glob, name, expected) => {
  expect(matches(glob, name)).toBe(expected)
})

test('means what the same regular expression means', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'ö', '.'), maxLength: 8 })
  const globs = fc.string({ unit: fc.constantFrom('a', 'b', 'ö', '.', '*', '?'), maxLength: 8 })
  fc.assert(
    fc.property(globs, letters, (glob, name) => {
      const pattern = [...glob].map((sign) => (sign === '*' ? '.*' : sign === '?' ? '.' : sign.replace('.', '\\.'))).join('')
      expect(matches(glob, name)).toBe(new RegExp(`^${pattern}$`, 'su').test(name))
    }),
  )
})

test('a pattern made to explode does not', () => {
  const names = Buffer.from(`\0${'a'.repeat(1000)}\0`)
  const typed = `${'*a'.repeat(120)}*b`
  const begun = performance.now()
  for (let round = 0; round < 100; round += 1) expect(matchesGlob(parseGlob(typed), names, 1, 1001)).toBe(false)
  // A backtracking matcher would not come back at all.
  expect(performance.now() - begun).toBeLessThan(5_000)
  const query = parseNameQuery(typed, 'words')
  expect(query.kind === 'glob' && query.pattern.filter((byte) => byte === 0x2a).length).toBe(maxWildcards + 1)
})

test('wildcards beyond the limit become any characters, never fewer', () => {
  const query = parseNameQuery('?'.repeat(40), 'words')
  expect(query.kind === 'glob' && matchesGlob(query, Buffer.from(`\0${'x'.repeat(40)}\0`), 1, 41)).toBe(true)
})

test.each(['', '   ', '\0'])('%j is no name to look for', (typed) => {
  expect(parseNameQuery(typed, 'words')).toEqual({ kind: 'any' })
})

test('words, and what stands in quotes', () => {
  const words = (typed: string) => {
    const query = parseNameQuery(typed, 'words')
    return query.kind === 'text' ? [query.text.toString(), ...query.words.map(String)] : []
  }
  expect(words('March  Invoice')).toEqual(['march  invoice', 'march', 'invoice'])
  expect(words('"old layout" xlsx')).toEqual(['"old layout" xlsx', 'old layout', 'xlsx'])
  expect(words('"old layout"')).toEqual(['old layout'])
  expect(words('GRÖSSE')).toEqual([foldText('grosse')])
})
