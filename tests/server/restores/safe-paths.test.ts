import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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

test('a folder of a hundred thousand names keeps all of them apart, and none that need not be', () => {
  const names = new FoldedNames()
  for (let index = 0; index < 100_000; index += 1) expect(names.take(`file ${index}.txt`)).toBe(`file ${index}.txt`)
  expect(names.take('FILE 77777.TXT')).toBe('FILE 77777 (2).TXT')
})
