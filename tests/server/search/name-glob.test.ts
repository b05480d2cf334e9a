import fc from 'fast-check'
import { expect, test } from 'vitest'
import { foldText } from '../../../server/catalogue/fold-name.ts'
import { endsLikeGlob, GlobSteps, matchesGlob, parseGlob } from '../../../server/search/name-glob.ts'
import { maxWildcards, parseNameQuery } from '../../../server/search/name-query.ts'

const matches = (glob: string, name: string) => {
  const names = Buffer.from(`\0${name}\0`)
  const parsed = parseGlob(glob)
  const matched = matchesGlob(parsed, { names, start: 1, end: names.length - 1 }, new GlobSteps())
  if (parsed.isEnding) expect(endsLikeGlob(parsed, names, 1, names.length - 1)).toBe(matched)
  return matched
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
  for (let round = 0; round < 100; round += 1)
    expect(matchesGlob(parseGlob(typed), { names, start: 1, end: 1001 }, new GlobSteps())).toBe(false)
  // A backtracking matcher would not come back at all.
  expect(performance.now() - begun).toBeLessThan(5_000)
  const query = parseNameQuery(typed, 'words')
  expect(query.kind === 'glob' && query.pattern.filter((byte) => byte === 0x2a).length).toBe(maxWildcards + 1)
})

test('a pattern that nearly matches long names is stopped', () => {
  const names = Buffer.from(`\0${'a'.repeat(250)}\0`)
  const glob = parseGlob(`*${'a'.repeat(125)}?b`)
  const steps = new GlobSteps(1_000_000)
  const lookAtMany = () => {
    for (let round = 0; round < 1_000; round += 1) matchesGlob(glob, { names, start: 1, end: 251 }, steps)
  }
  expect(lookAtMany).toThrow(expect.objectContaining({ fault: 'too-hard' }))
})

test('wildcards beyond the limit become any characters, never fewer', () => {
  const query = parseNameQuery('?'.repeat(40), 'words')
  expect(
    query.kind === 'glob' &&
      matchesGlob(query, { names: Buffer.from(`\0${'x'.repeat(40)}\0`), start: 1, end: 41 }, new GlobSteps()),
  ).toBe(true)
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
