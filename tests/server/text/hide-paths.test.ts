import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hiddenName, hideFacts, hidePaths } from '../../../server/text/hide-paths.ts'

const hidden: readonly { readonly given: string; readonly expect: string }[] = [
  {
    given: "EACCES: permission denied, open '/home/anna/Tax 2025.xlsx'",
    expect: `EACCES: permission denied, open ${hiddenName}`,
  },
  { given: "rename '/a/b' -> '/a/Smith divorce'", expect: `rename ${hiddenName}` },
  { given: "open '/home/anna/Anna's letters/to Bob'", expect: `open ${hiddenName}` },
  { given: 'C:\\Users\\Helen\\Smith vs Jones.docx is locked', expect: hiddenName },
  { given: 'locked: C:\\Users\\Helen\\Smith vs Jones', expect: `locked: ${hiddenName}` },
  { given: 'locked: D:/Data/x y z', expect: `locked: ${hiddenName}` },
  { given: 'not there: \\\\server\\share\\Payroll', expect: `not there: ${hiddenName}` },
  { given: 'not there: \\\\?\\C:\\Payroll', expect: `not there: ${hiddenName}` },
  { given: 'the source /srv/data does not exist', expect: `the source ${hiddenName}` },
  { given: 'source ~/Documents is away', expect: `source ${hiddenName}` },
  { given: 'skipped ../Letters/Bob', expect: `skipped ${hiddenName}` },
  { given: 'skipped Letters/2025/Bob', expect: `skipped ${hiddenName}` },
  { given: 'skipped Letters\\Bob', expect: `skipped ${hiddenName}` },
  { given: 'file:///home/x', expect: hiddenName },
  { given: 'Tax return Smith 2025.xlsx was in use', expect: hiddenName },
  { given: 'Gehälter.xlsx', expect: hiddenName },
  { given: 'the folder “Divorce Smith” is empty', expect: `the folder ${hiddenName} is empty` },
  { given: '(path=/etc/passwd)', expect: `(path=${hiddenName}` },
  { given: 'one /a/b\ntwo is fine', expect: `one ${hiddenName}\ntwo is fine` },
  { given: `x${'y'.repeat(9000)}`, expect: hiddenName },
]

const kept: readonly string[] = [
  '',
  'It was stopped before it had finished.',
  'Nothing was heard of this backup for a day.',
  'The computer’s clock is wrong, and the box’s is not.',
  "the box's answer doesn't fit",
  'https://192.168.1.5:8080: the connection was refused (ECONNREFUSED).',
  'https://box.office.example/api/v1/me answered 500',
  'the connection was cut and/or slow: 12.5 MiB/s of 1.2 GiB',
  'run it again with "holdfast-agent backup"',
  'HF-QUOTA-EXCEEDED: 100 GiB of 100 GiB are used.',
  'EBUSY: resource busy or locked',
  'version 1.2.3 at 18:02:11',
]

describe('what staff read of a computer’s words', () => {
  test.each(hidden)('$given', ({ given, expect: expected }) => {
    expect(hidePaths(given)).toBe(expected)
  })
  test.each(kept)('stays: %s', (text) => {
    expect(hidePaths(text)).toBe(text)
  })

  const name = fc.stringMatching(/^[A-Za-z ,;'"äß().-]{1,30}$/).map((text) => `Q${text}Q`)
  test('no part of a path survives, whatever it holds', () => {
    const path = fc
      .array(name, { minLength: 1, maxLength: 4 })
      .chain((names) =>
        fc
          .constantFrom(`/${names.join('/')}`, `C:\\${names.join('\\')}`, `\\\\${names.join('\\')}\\x`, `'/${names.join('/')}'`)
          .map((text) => ({ names, text })),
      )
    fc.assert(
      fc.property(path, ({ names, text }) => {
        const shown = hidePaths(`EPERM: not permitted, open ${text}`)
        expect(shown).toBe(`EPERM: not permitted, open ${hiddenName}`)
        for (const part of names) expect(shown).not.toContain(part)
      }),
    )
  })

  test('is in time for any line', () => {
    fc.assert(fc.property(fc.string({ maxLength: 2000, unit: 'binary' }), (text) => typeof hidePaths(text) === 'string'))
    for (const part of ["'a ", '/a', 'a/', '\\\\', 'a.b', '"', 'a\\'])
      expect(typeof hidePaths(part.repeat(2000 / part.length))).toBe('string')
  })
})

describe('facts', () => {
  test('stay where they tell of the program, and go where they may tell of a file', () => {
    const facts = {
      code: 'HF-SOURCE-MISSING',
      job: 'Documents',
      files: 12,
      isDryRun: false,
      detail: "ENOENT: no such file, lstat '/home/anna/x'",
      sources: ['/home/anna', 'Bob'],
      path: 'Bob',
      skipped: [{ path: 'a', reason: 'locked', bytes: 3 }],
      counts: { '/home/x': 3 },
      url: 'https://box:8080',
      nothing: null,
    }
    expect(hideFacts(facts)).toEqual({
      code: 'HF-SOURCE-MISSING',
      job: 'Documents',
      files: 12,
      isDryRun: false,
      detail: `ENOENT: no such file, lstat ${hiddenName}`,
      sources: [hiddenName, hiddenName],
      path: hiddenName,
      skipped: [{ path: hiddenName, reason: 'locked', bytes: 3 }],
      counts: { [hiddenName]: 3 },
      url: 'https://box:8080',
      nothing: null,
    })
  })

  test('a deep or a bare one is hidden', () => {
    expect(hideFacts('/home/x')).toBe(hiddenName)
    expect(JSON.stringify(hideFacts({ a: { b: { c: { d: { e: { f: { g: 'x' } } } } } } }))).not.toContain('"x"')
  })
})
