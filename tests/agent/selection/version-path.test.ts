import { describe, expect, test } from 'vitest'
import { distanceOf, findInVersion, type PathTyping, versionPaths } from '../../../agent/selection/version-path.ts'
import type { TreeEntry, Version } from '../../../engine/index.ts'

const typing = (platform: NodeJS.Platform = 'linux'): PathTyping => ({
  bytesOfArgument: (argument) => Buffer.from(argument),
  workingFolder: platform === 'win32' ? 'C:\\Users\\Ann' : '/home/ann',
  platform,
})

describe('what a typed path can mean', () => {
  test.each([
    { word: '/home/ann/a', platform: 'linux', paths: ['/home/ann/a'] },
    { word: 'a/../b/', platform: 'linux', paths: ['/home/ann/b'] },
    { word: '/a\\xE9', platform: 'linux', paths: ['/a\\xE9', '/a\xe9'] },
    { word: 'C:\\Users\\Ann\\', platform: 'linux', paths: ['C:/Users/Ann'] },
    { word: 'Docs\\a.txt', platform: 'win32', paths: ['C:/Users/Ann/Docs/a.txt'] },
  ] as const)('$word on $platform', ({ word, platform, paths }) => {
    expect(versionPaths(word, typing(platform)).map((path) => path.toString('latin1'))).toEqual(paths)
  })
})

/** A version of empty folders and files, by their paths. */
function versionOf(...paths: readonly string[]): Version {
  const all = new Set(
    paths.flatMap((path) =>
      path
        .split('/')
        .slice(1)
        .map((_, index, names) => `/${names.slice(0, index + 1).join('/')}`),
    ),
  )
  const isFolder = (path: string) => path === '/' || [...all].some((other) => other.startsWith(`${path}/`))
  const entryOf = (path: string) =>
    ({
      type: isFolder(path) ? 'directory' : 'file',
      name: Buffer.from(path.slice(path.lastIndexOf('/') + 1)),
      size: 0,
    }) as unknown as TreeEntry
  const version: Pick<Version, 'stat' | 'listFolder'> = {
    stat: async (path) => (path.toString() === '/' || all.has(path.toString()) ? entryOf(path.toString()) : undefined),
    listFolder: async (path) => {
      const start = path.toString() === '/' ? '/' : `${path}/`
      const below = [...all].filter((other) => other.startsWith(start) && !other.slice(start.length).includes('/'))
      return { entries: below.map(entryOf), next: undefined }
    },
  }
  return version as Version
}

describe('finding it in a version', () => {
  const version = versionOf('/home/ann/Documents/letter.odt', '/home/ann/Documents/größe.txt', '/home/ann/a\\xE9')

  test('what is there is found', async () => {
    const found = await findInVersion(version, 'Documents', typing())
    expect([found.path.toString(), found.entry.type]).toEqual(['/home/ann/Documents', 'directory'])
  })

  test('a name with a backslash is taken by its letters first', async () => {
    expect((await findInVersion(version, '/home/ann/a\\xE9', typing())).path.toString()).toBe('/home/ann/a\\xE9')
  })

  test.each([
    { word: '/home/ann/Documents/lettre.odt', nearest: '/home/ann/Documents/letter.odt' },
    { word: '/home/ann/documents', nearest: '/home/ann/Documents' },
    { word: '/home/ann/Documents/grosse.txt', nearest: '/home/ann/Documents/größe.txt' },
    { word: '/home/ann/Documents/something else', nearest: '/home/ann/Documents' },
    { word: '/home/bob/Documents/letter.odt', nearest: '/home' },
    { word: '/srv/x', nearest: '/' },
    { word: '/home/ann/Documents/letter.odt/x', nearest: '/home/ann/Documents/letter.odt' },
  ])('$word: the nearest is $nearest', async ({ word, nearest }) => {
    await expect(findInVersion(version, word, typing())).rejects.toMatchObject({
      code: 'HF-PATH-NOT-IN-VERSION',
      members: { nearest },
      message: `${word} is not in this version. The nearest that is: ${nearest}.`,
    })
  })
})

test.each([
  ['', '', 0],
  ['a', '', 1],
  ['letter', 'lettre', 2],
  ['kitten', 'sitting', 3],
])('%j and %j are %d apart', (one, other, distance) => {
  expect(distanceOf(one, other)).toBe(distance)
  expect(distanceOf(other, one)).toBe(distance)
})
