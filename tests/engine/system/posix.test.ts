import {
  closeSync,
  ftruncateSync,
  lstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import {
  dataRegions,
  makeFifo,
  readXattrs,
  renameIfAbsent,
  setModifiedTime,
  setModifiedTimeAt,
  writeXattr,
} from '../../../engine/system/posix.ts'

const folder = mkdtempSync(join(tmpdir(), 'holdfast-posix-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const KiB = 1024

describe('modification times', () => {
  const times = [
    { title: '1969, a nanosecond before the epoch', mtimeNs: -1n },
    { title: '1969, whole seconds', mtimeNs: -86_400_000_000_000n },
    { title: '1970', mtimeNs: 0n },
    { title: 'today, odd nanoseconds', mtimeNs: 1_785_000_000_123_456_789n },
    { title: '2106, past 32 bits', mtimeNs: 4_294_967_296_999_999_999n },
  ]
  test.each(times)('$title comes back exactly', ({ mtimeNs }) => {
    const path = join(folder, `time ${mtimeNs}`)
    const fd = openSync(path, 'w')
    setModifiedTime(fd, mtimeNs)
    closeSync(fd)
    expect(lstatSync(path, { bigint: true }).mtimeNs).toBe(mtimeNs)
  })

  test('of a symlink is its own, not its target’s', () => {
    const link = join(folder, 'link')
    symlinkSync(folder, link)
    const before = lstatSync(folder, { bigint: true }).mtimeNs
    setModifiedTimeAt(link, 7n)
    expect(lstatSync(link, { bigint: true }).mtimeNs).toBe(7n)
    expect(lstatSync(folder, { bigint: true }).mtimeNs).toBe(before)
  })

  test('a path that is not there is ENOENT', () => {
    expect(() => setModifiedTimeAt(join(folder, 'nowhere'), 0n)).toThrow(expect.objectContaining({ code: 'ENOENT' }))
  })
})

describe('runs of data', () => {
  const page = 64 * KiB
  const shapes = [
    { title: 'only a hole', data: [], size: 10 * page, expected: [] },
    { title: 'data then a hole', data: [0], size: 10 * page, expected: [{ start: 0, end: page }] },
    { title: 'a hole, data, a hole', data: [3], size: 10 * page, expected: [{ start: 3 * page, end: 4 * page }] },
    {
      title: 'a hole between data, data at the end',
      data: [0, 9],
      size: 10 * page,
      expected: [
        { start: 0, end: page },
        { start: 9 * page, end: 10 * page },
      ],
    },
    { title: 'nothing at all', data: [], size: 0, expected: [] },
  ]
  test.each(shapes)('$title', ({ title, data, size, expected }) => {
    const fd = openSync(join(folder, title), 'w+')
    ftruncateSync(fd, size)
    for (const at of data) writeSync(fd, Buffer.alloc(page, 1), 0, page, at * page)
    expect(dataRegions(fd, size)).toEqual(expected)
    closeSync(fd)
  })

  test('stop at the size asked for', () => {
    const fd = openSync(join(folder, 'longer'), 'w+')
    writeSync(fd, Buffer.alloc(page, 1))
    expect(dataRegions(fd, 100)).toEqual([{ start: 0, end: 100 }])
    closeSync(fd)
  })
})

describe('extended attributes', () => {
  const list = [
    { key: Buffer.from('xattr:user.empty'), value: Buffer.alloc(0) },
    { key: Buffer.from('xattr:user.holdfast'), value: Buffer.from([0, 255, 10]) },
  ]

  test('come back, sorted, bytes as they were', () => {
    const path = join(folder, 'attributes')
    writeFileSync(path, '')
    for (const extension of list.toReversed()) writeXattr(path, extension)
    expect(readXattrs(path)).toEqual(list)
  })

  test('can be set on an open file', () => {
    const path = join(folder, 'attributes of an open file')
    const fd = openSync(path, 'w')
    writeXattr(fd, list[1]!)
    closeSync(fd)
    expect(readXattrs(path)).toEqual([list[1]])
  })

  test('of a symlink are not those of its target', () => {
    const target = join(folder, 'target')
    const link = join(folder, 'link to target')
    writeFileSync(target, '')
    symlinkSync(target, link)
    writeXattr(target, list[1]!)
    expect(readXattrs(link)).toEqual([])
  })

  test('of nothing are none', () => expect(readXattrs(join(folder, 'absent'))).toEqual([]))
})

describe('new names', () => {
  test('a name that is taken stays as it is', () => {
    const [from, to] = [join(folder, 'new'), join(folder, 'taken')]
    writeFileSync(from, 'new')
    writeFileSync(to, 'old')
    expect(() => renameIfAbsent(from, to)).toThrow(expect.objectContaining({ code: 'EEXIST' }))
    expect(readFileSync(to, 'utf8')).toBe('old')
    expect(readFileSync(from, 'utf8')).toBe('new')
  })

  test('bytes that are no text are names, too', () => {
    const from = join(folder, 'plain')
    const to = Buffer.concat([Buffer.from(`${folder}/`), Buffer.from([0xe9, 0x0a, 0xff])])
    writeFileSync(from, 'x')
    renameIfAbsent(from, to)
    expect(readFileSync(to, 'utf8')).toBe('x')
  })

  test('a pipe is a pipe', () => {
    const path = join(folder, 'pipe')
    makeFifo(path, 0o600)
    expect(lstatSync(path).isFIFO()).toBe(true)
  })
})
