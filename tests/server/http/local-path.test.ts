import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isLocalPath, localPathOr, signInPath } from '../../../server/http/local-path.ts'

test.each(['/', '/computers?page=2#top', '/versions/snap_a/browse/%E4%F6', '/a:b@c'])('%j stays on the box', (path) => {
  expect(isLocalPath(path)).toBe(true)
})

test.each([
  '',
  'computers',
  '//evil.example',
  '/\\evil.example',
  '/\t/evil.example',
  'http://evil.example',
  '/a b',
  '/\u2028',
  `/${'a'.repeat(5000)}`,
])('%j does not', (path) => {
  expect(isLocalPath(path)).toBe(false)
  expect(localPathOr(path, '/')).toBe('/')
})

test('whatever passes is resolved by a browser on the box itself', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.webPath(),
        fc.string().map((text) => `/${text}`),
      ),
      (text) => {
        if (isLocalPath(text)) expect(new URL(text, 'https://box.example').origin).toBe('https://box.example')
      },
    ),
    { numRuns: 2000 },
  )
})

test('the way to sign in remembers where from', () => {
  expect(signInPath('/computers?page=2&x=1')).toBe('/signin?next=%2Fcomputers%3Fpage%3D2%26x%3D1')
  expect(signInPath('/')).toBe('/signin')
})
