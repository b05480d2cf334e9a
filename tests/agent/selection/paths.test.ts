import { describe, expect, test } from 'vitest'
import { selectSources } from '../../../agent/selection/overlap.ts'
import { isWithin, parseSourcePath, resolveSourcePath } from '../../../selection/source-path.ts'

const bytes = (text: string) => Buffer.from(text)

describe('resolving', () => {
  test.each([
    { given: '/a/b', expected: '/a/b' },
    { given: '/a//b/./c/../d/', expected: '/a/b/d' },
    { given: 'b', expected: '/home/ann/b' },
    { given: '../bob', expected: '/home/bob' },
    { given: '/', expected: '/' },
    { given: '/../..', expected: '/' },
    { given: '/a/ ', expected: '/a/ ' },
  ])('$given', ({ given, expected }) => {
    expect(resolveSourcePath(bytes(given), '/home/ann', 'linux').toString()).toBe(expected)
  })

  test('bytes stay bytes, in the path and in the folder', () => {
    const given = Buffer.from('caf\xe9/../th\xe9', 'latin1')
    expect(resolveSourcePath(given, '/home/größe', 'linux')).toEqual(
      Buffer.concat([bytes('/home/größe/'), Buffer.from('th\xe9', 'latin1')]),
    )
  })

  test('on Windows', () => {
    expect(resolveSourcePath(bytes('Docs'), 'C:\\Users\\Ann', 'win32').toString()).toBe('C:\\Users\\Ann\\Docs')
  })

  test.each(['', 'a\0b', 'x'.repeat(40_000)])('%# is refused', (given) => {
    expect(() => resolveSourcePath(bytes(given), '/', 'linux')).toThrow(RangeError)
  })
})

test.each([
  { path: '/a', platform: 'linux', isFine: true },
  { path: 'C:\\a', platform: 'linux', isFine: false },
  { path: 'C:\\a', platform: 'win32', isFine: true },
  { path: '\\\\nas\\share', platform: 'win32', isFine: true },
  { path: '/a', platform: 'win32', isFine: false },
  { path: 'a', platform: 'linux', isFine: false },
  { path: '/a\0', platform: 'linux', isFine: false },
] as const)('$path as stored on $platform', ({ path, platform, isFine }) => {
  const parse = () => parseSourcePath(bytes(path), platform)
  if (isFine) expect(parse().toString()).toBe(path)
  else expect(parse).toThrow(RangeError)
})

test.each([
  { folder: '/a', path: '/a', is: true },
  { folder: '/a', path: '/a/b', is: true },
  { folder: '/a', path: '/ab', is: false },
  { folder: '/a/b', path: '/a', is: false },
  { folder: '/', path: '/a', is: true },
  { folder: '/a', path: '/a\\b', is: false },
  { folder: 'C:\\a', path: 'C:\\a\\b', is: true },
  { folder: 'C:\\', path: 'C:\\a', is: true },
])('$path within $folder: $is', ({ folder, path, is }) => {
  expect(isWithin(bytes(folder), bytes(path))).toBe(is)
})

describe('selecting', () => {
  const select = (selected: readonly string[], added: readonly string[], others: Record<string, readonly string[]> = {}) => {
    const { sources, overlaps } = selectSources({
      selected: selected.map(bytes),
      added: added.map(bytes),
      others: Object.entries(others).map(([name, sources]) => ({ name, sources: sources.map(bytes) })),
    })
    return {
      sources: sources.map(String),
      overlaps: overlaps.map(({ kind, path, other, job }) => [kind, String(path), String(other), job].join(' ').trim()),
    }
  }

  test.each([
    { title: 'a new place is added', selected: ['/a'], added: ['/b'], sources: ['/a', '/b'], overlaps: [] },
    { title: 'the same place is not', selected: ['/a'], added: ['/a'], sources: ['/a'], overlaps: ['same /a /a'] },
    { title: 'a place inside is not', selected: ['/a'], added: ['/a/b'], sources: ['/a'], overlaps: ['inside /a/b /a'] },
    {
      title: 'a place around takes the others in',
      selected: ['/a/b', '/c', '/a/d'],
      added: ['/a'],
      sources: ['/c', '/a'],
      overlaps: ['around /a /a/b', 'around /a /a/d'],
    },
    {
      title: 'given twice at once',
      selected: [],
      added: ['/a/b', '/a', '/a'],
      sources: ['/a'],
      overlaps: ['around /a /a/b', 'same /a /a'],
    },
  ])('$title', ({ selected, added, sources, overlaps }) => {
    expect(select(selected, added)).toEqual({ sources, overlaps })
  })

  test('another job is told of and left alone', () => {
    expect(select([], ['/a/b'], { accounts: ['/a', '/c'], other: ['/a/b/c'] })).toEqual({
      sources: ['/a/b'],
      overlaps: ['other-job /a/b /a accounts', 'other-job /a/b /a/b/c other'],
    })
  })
})
