import { describe, expect, test } from 'vitest'
import { findPlace, placeText, topmostPaths } from '../../../server/baskets/basket.ts'
import type { Id } from '../../../server/runtime/ids.ts'

const snapshotId = 'snap_aaaaaaaaaaaaaaaaaaaa' as Id<'snap'>
const pathOf = (text: string) => text.split('/').map((name) => Buffer.from(name, 'latin1'))

describe('a place as a button carries it', () => {
  test('comes back as it was, whatever bytes it holds', () => {
    const path = [Buffer.from('home'), Buffer.from([0xe9, 0x25, 0x20])]
    expect(placeText({ snapshotId, path })).toBe('snap_aaaaaaaaaaaaaaaaaaaa/home/%E9%25%20')
    expect(findPlace(placeText({ snapshotId, path }))).toEqual({ snapshotId, path })
  })

  test.each([
    { title: 'nothing', text: '' },
    { title: 'no version', text: '/home' },
    { title: 'a version alone', text: snapshotId },
    { title: 'the top', text: `${snapshotId}/` },
    { title: 'a way up', text: `${snapshotId}/home/../etc` },
    { title: 'an escaped way up', text: `${snapshotId}/home/%2e%2e/etc` },
    { title: 'an escaped slash', text: `${snapshotId}/home%2fetc` },
    { title: 'an empty name', text: `${snapshotId}/home//etc` },
    { title: 'a zero byte', text: `${snapshotId}/a%00` },
    { title: 'half an escape', text: `${snapshotId}/a%4` },
    { title: 'another kind of id', text: 'cus_aaaaaaaaaaaaaaaaaaaa/home' },
  ])('$title is none', ({ text }) => {
    expect(findPlace(text)).toBeUndefined()
  })
})

test.each([
  { title: 'what lies in a chosen folder', given: ['a/b/c', 'a', 'a/b'], expect: ['a'] },
  { title: 'the same once more', given: ['a', 'a'], expect: ['a'] },
  { title: 'not what only begins alike', given: ['a', 'a b', 'ab', 'a.txt'], expect: ['a b', 'a.txt', 'a', 'ab'] },
  { title: 'nothing of what lies side by side', given: ['b/c', 'a/c'], expect: ['a/c', 'b/c'] },
])('$title is left out of what is taken', ({ given, expect: kept }) => {
  expect(topmostPaths(given.map(pathOf)).map((path) => path.join('/'))).toEqual(kept)
})

test('the top holds everything', () => {
  expect(topmostPaths([[], pathOf('a')])).toEqual([[]])
})
