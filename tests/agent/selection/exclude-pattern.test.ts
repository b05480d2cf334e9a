import { describe, expect, test } from 'vitest'
import { excludeTest, parseExclude } from '../../../selection/exclude-pattern.ts'

describe('what a pattern leaves out', () => {
  test.each([
    { pattern: '*.tmp', out: ['/a.tmp', '/home/ann/b.tmp', '/home/.tmp'], in: ['/a.tmpx', '/home/a.tmp.txt', '/x.tmp/y'] },
    { pattern: 'node_modules', out: ['/a/node_modules', '/node_modules'], in: ['/a/node_modules2', '/a/my-node_modules'] },
    { pattern: '.*', out: ['/a/.cache', '/.x'], in: ['/a/b.c'] },
    { pattern: '/home/ann/videos', out: ['/home/ann/videos'], in: ['/home/bob/videos', '/srv/home/ann/videos'] },
    {
      pattern: 'cache/thumbs',
      out: ['/a/cache/thumbs', '/cache/thumbs', '/a/b/c/cache/thumbs'],
      in: ['/a/cache', '/a/mycache/thumbs'],
    },
    { pattern: '/home/*/.cache', out: ['/home/ann/.cache'], in: ['/home/ann/x/.cache'] },
    { pattern: '/home/**/*.iso', out: ['/home/a.iso', '/home/a/b/c.iso'], in: ['/srv/a.iso'] },
    { pattern: '*.{jpg,png}', out: ['/a/b.jpg', '/a/b.png'], in: ['/a/b.gif'] },
    { pattern: '[Tt]emp', out: ['/a/temp', '/a/Temp'], in: ['/a/TEMP'] },
    { pattern: 'größe', out: ['/a/größe'], in: ['/a/grosse'] },
  ])('$pattern', ({ pattern, out, in: kept }) => {
    const isExcluded = excludeTest([parseExclude(pattern)], 'linux')
    for (const path of out) expect(isExcluded(path, false), path).toBe(true)
    for (const path of kept) expect(isExcluded(path, false), path).toBe(false)
  })

  test('with a slash at the end, folders only', () => {
    const isExcluded = excludeTest([parseExclude('build/'), parseExclude('/srv/tmp//')], 'linux')
    expect([isExcluded('/a/build', true), isExcluded('/a/build', false)]).toEqual([true, false])
    expect([isExcluded('/srv/tmp', true), isExcluded('/srv/tmp', false)]).toEqual([true, false])
  })

  test('on Windows by either slash and any capitals', () => {
    const isExcluded = excludeTest(['*.TMP', 'C:/Users/*/AppData', 'Cache/Thumbs'], 'win32')
    expect(isExcluded('D:\\x\\cache\\thumbs', true)).toBe(true)
    expect(isExcluded('C:\\Users\\Ann\\a.tmp', false)).toBe(true)
    expect(isExcluded('c:\\users\\Ann\\appdata', true)).toBe(true)
    expect(isExcluded('C:\\Users\\Ann\\b.txt', false)).toBe(false)
  })

  test('without patterns nothing', () => {
    expect(excludeTest([], 'linux')('/a', true)).toBe(false)
  })
})

test.each(['', '  ', '!*.txt', 'a\0b', 'x'.repeat(2000), '[a', '(a'])('%j is no pattern', (text) => {
  expect(() => parseExclude(text)).toThrow(RangeError)
})
