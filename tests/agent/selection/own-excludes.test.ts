import { expect, test } from 'vitest'
import { ownExcludes } from '../../../agent/selection/own-excludes.ts'
import { TemporaryNames, temporaryPrefix } from '../../../engine/restore/temporary-names.ts'

const { isExcluded } = ownExcludes({
  cacheFolder: '/s/cache',
  lockFolder: '/s/locks',
  logFolder: '/s/log',
  outboxFolder: '/s/outbox',
})
const growing = new TemporaryNames(
  temporaryPrefix(() => Buffer.from('abcdef')),
  'w1-',
).next()

test.each([
  { path: `/home/ann/${growing}`, isDirectory: false, isOut: true },
  { path: `C:\\Users\\ann\\${growing}`, isDirectory: false, isOut: true },
  { path: '/home/ann/.holdfast-restore-notes', isDirectory: true, isOut: false },
  { path: '/home/ann/about .holdfast-restore-', isDirectory: false, isOut: false },
  { path: '/home/ann/letter.txt', isDirectory: false, isOut: false },
  { path: '/s/cache', isDirectory: true, isOut: true },
  { path: '/s/cache', isDirectory: false, isOut: false },
])('$path is left out: $isOut', ({ path, isDirectory, isOut }) => {
  expect(isExcluded(path, isDirectory)).toBe(isOut)
})
