import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { FoldedNames } from '../../../server/restores/folded-names.ts'
import { SafePaths } from '../../../server/restores/safe-paths.ts'

const pathOf = (text: string) => text.split('/').map((name) => Buffer.from(name))

function safe(...paths: readonly string[]): readonly string[] {
  const names = new SafePaths()
  return paths.map((path) => names.of(pathOf(path)))
}

describe('paths of an archive', () => {
  test.each([
    {
      title: 'names that differ in case alone',
      given: ['README.md', 'Readme.md', 'readme.md'],
      expect: ['README.md', 'Readme (2).md', 'readme (3).md'],
    },
    {
      title: 'an accent that is written in two ways',
      given: ['caf\u00e9', 'cafe\u0301'],
      expect: ['caf\u00e9', 'cafe\u0301 (2)'],
    },
    {
      title: 'folders, and what lies in them',
      given: ['A', 'A/x', 'a', 'a/x', 'a/X'],
      expect: ['A', 'A/x', 'a (2)', 'a (2)/x', 'a (2)/X (2)'],
    },
    { title: 'a link and a folder of one name', given: ['Out', 'out', 'out/file'], expect: ['Out', 'out (2)', 'out (2)/file'] },
    { title: 'a name that a number has made', given: ['A', 'a', 'a (2)'], expect: ['A', 'a (2)', 'a (2) (2)'] },
    { title: 'the same name in two folders', given: ['a/x', 'b/x'], expect: ['a/x', 'b/x'] },
    {
      title: 'folders that come by without an entry of their own',
      given: ['a/b/x', 'a/b/y', 'a/c/x'],
      expect: ['a/b/x', 'a/b/y', 'a/c/x'],
    },
    {
      title: 'names that other systems refuse',
      given: ['a:b/nul.txt', '..\\..\\evil'],
      expect: ['a%3Ab/%6Eul.txt', '..%5C..%5Cevil'],
    },
  ])('$title stay apart', ({ given, expect: paths }) => {
    expect(safe(...given)).toEqual(paths)
  })

  test('are never the same for a system that does not tell case apart', () => {
    const name = fc.string({
      unit: fc.constantFrom('a', 'A', 'b', '.', ' ', '2', '(', ')', '\u00e9', 'e\u0301'),
      minLength: 1,
      maxLength: 6,
    })
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 40 }), (names) => {
        const paths = safe(...names.filter((one) => one !== '.' && one !== '..'))
        const folded = paths.map((path) => path.normalize('NFC').toUpperCase())
        expect(new Set(folded).size).toBe(paths.length)
      }),
      { numRuns: 500 },
    )
  })
})

test('names too long for a system to make are shortened, their endings kept, and stay apart', () => {
  const long = (character: string, last: string) => `${character.repeat(250)}${last}.xlsx`
  const paths = safe(
    long('a', '1'),
    long('a', '2'),
    long('A', '3'),
    long('\u00fc', ''),
    long(':', ''),
    long('a', '1').slice(0, 255),
  )
  for (const path of paths) expect(Buffer.byteLength(path)).toBeLessThanOrEqual(255)
  expect(new Set(paths.map((path) => path.toUpperCase())).size).toBe(paths.length)
  expect(paths.slice(0, 2)).toEqual([`${'a'.repeat(250)}.xlsx`, `${'a'.repeat(240)} (2).xlsx`])
  expect(paths[3]).toBe(`${'\u00fc'.repeat(125)}.xlsx`)
  expect(paths[4]).toMatch(/^(%3A)+(%3?)?\.xlsx$/)
  expect(safe(`${'. '.repeat(200)}${'x'.repeat(20)}`)[0]).toMatch(/^[. ]+_$/)
})

test('names that differ in case alone cost no more the more there are', () => {
  const names = new FoldedNames()
  const letters = 'abcdefghijklmn'
  const variant = (index: number) => [...letters].map((one, bit) => ((index >> bit) & 1 ? one.toUpperCase() : one)).join('')
  let tries = 0
  const normalize = vi.spyOn(String.prototype, 'normalize').mockImplementation(function (this: string) {
    tries += 1
    return String(this)
  })
  const all = Array.from({ length: 4096 }, (_, index) => names.take(variant(index)))
  normalize.mockRestore()
  expect(all.slice(0, 2)).toEqual([letters, `${variant(1)} (2)`])
  expect(all.at(-1)).toBe(`${variant(4095)} (4096)`)
  expect(tries).toBeLessThan(4 * all.length)
})

test('a folder of a hundred thousand names keeps all of them apart, and none that need not be', () => {
  const names = new FoldedNames()
  for (let index = 0; index < 100_000; index += 1) expect(names.take(`file ${index}.txt`)).toBe(`file ${index}.txt`)
  expect(names.take('FILE 77777.TXT')).toBe('FILE 77777 (2).TXT')
})
