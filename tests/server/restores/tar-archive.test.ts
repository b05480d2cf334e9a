/** Tar archives, as GNU tar unpacks them and as Python reads them. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { closeSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, readlinkSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type TarFacts, tarHeader } from '../../../server/restores/tar/tar-records.ts'
import { TarWriter } from '../../../server/restores/tar/tar-writer.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const changedAtNs = 1_774_375_267_123_456_789n
const none = Buffer.alloc(0)
const GiB = 1024 ** 3
let home: ReturnType<typeof temporaryFolder>

beforeEach(() => {
  home = temporaryFolder()
})
afterEach(() => home[Symbol.dispose]())

const file = (name: string | Buffer, content: Buffer, more: Partial<TarFacts> = {}) => ({
  facts: {
    ...{ name: Buffer.from(name as string), type: 'file' as const, target: none, mode: 0o640, owner: { uid: 1000, gid: 100 } },
    ...{ sizeBytes: content.length, changedAtNs, ...more },
  },
  content,
})
type Written = ReturnType<typeof file>
const other = (name: string | Buffer, type: TarFacts['type'], more: Partial<TarFacts> = {}): Written =>
  ({ ...file(name, none), facts: { ...file(name, none).facts, type, ...more } }) as Written

function write(entries: readonly Written[]): string {
  const path = join(home.path, 'archive.tar')
  const descriptor = openSync(path, 'w')
  const writer = new TarWriter()
  const pieces = (list: readonly Buffer[]) => {
    for (const piece of list) writeSync(descriptor, piece)
  }
  for (const { facts, content } of entries) {
    writer.begin(facts)
    for (let at = 0; at < content.length; at += 100_000) writer.add(content.subarray(at, at + 100_000))
    pieces(writer.take())
  }
  for (const list of writer.end()) pieces(list)
  closeSync(descriptor)
  return path
}

function readByPython(path: string): readonly Record<string, unknown>[] {
  const entries = JSON.parse(
    execFileSync('python3', [join(import.meta.dirname, '../../interop/read-tar.py'), path]).toString(),
  ) as readonly Record<string, string>[]
  return entries.map((entry) => ({ ...entry, name: Buffer.from(entry.name!, 'hex').toString('latin1') }))
}

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
const latin1 = (text: string) => Buffer.from(text).toString('latin1')

test('GNU tar unpacks names, bytes, modes, links and times exactly, and finds nothing to say', () => {
  const large = Buffer.from(Array.from({ length: 3_000_000 }, (_, index) => (index * 7) % 251))
  const bytes = Buffer.from('caf\xe9 \\ men\xfc', 'latin1')
  const long = `${'long name '.repeat(20)}.txt`
  const longBytes = Buffer.from(`${'\xe9'.repeat(150)}.txt`, 'latin1')
  const path = write([
    other('docs/', 'directory', { mode: 0o750 }),
    file('docs/請求書 März.xlsx', Buffer.from('small')),
    file('docs/empty', none),
    file(`docs/${long}`, large),
    file(Buffer.concat([Buffer.from('docs/'), bytes]), Buffer.from('latin')),
    file(Buffer.concat([Buffer.from('docs/'), longBytes]), Buffer.from('long latin')),
    file('docs/a:b?*|nul', Buffer.from('not for Windows')),
    file('docs/old', Buffer.from('old'), { changedAtNs: -86_400_000_000_001n }),
    other('docs/link', 'symlink', { target: Buffer.from(`../${'way/'.repeat(40)}elsewhere`) }),
    other('docs/second name', 'hardlink', { target: Buffer.from('docs/請求書 März.xlsx') }),
    other('docs/empty folder/', 'directory', { mode: 0o700 }),
  ])
  const to = join(home.path, 'out')
  mkdirSync(to)
  const said = execFileSync('tar', ['-xpf', path, '-C', to, '--no-same-owner'], { stdio: ['ignore', 'pipe', 'pipe'] })
  expect(said.toString()).toBe('')
  const at = (name: string | Buffer) => Buffer.concat([Buffer.from(`${to}/docs/`), Buffer.from(name as string)])
  expect(readdirSync(join(to, 'docs'))).toHaveLength(10)
  expect(readFileSync(at('請求書 März.xlsx')).toString()).toBe('small')
  expect(sha256(readFileSync(at(long)))).toBe(sha256(large))
  expect(readFileSync(at(bytes)).toString()).toBe('latin')
  expect(readFileSync(at(longBytes)).toString()).toBe('long latin')
  expect(readFileSync(at('a:b?*|nul')).toString()).toBe('not for Windows')
  expect(readlinkSync(at('link'))).toBe(`../${'way/'.repeat(40)}elsewhere`)
  expect(lstatSync(at('second name')).ino).toBe(lstatSync(at('請求書 März.xlsx')).ino)
  expect(lstatSync(at('old'), { bigint: true }).mtimeNs).toBe(-86_400_000_000_001n)
  expect(lstatSync(at('empty'), { bigint: true })).toMatchObject({ mtimeNs: changedAtNs, size: 0n })
  expect(lstatSync(at('empty')).mode & 0o7777).toBe(0o640)
  expect(lstatSync(at('empty folder')).mode & 0o7777).toBe(0o700)
})

test('Python reads the same, with owners beyond what the header can hold', () => {
  const path = write([
    file('請求書', Buffer.from('small'), { owner: { uid: 4_000_000_000, gid: 3_999_999_999 } }),
    file(Buffer.from('\xe9'.repeat(150), 'latin1'), Buffer.from('latin')),
    other('link', 'symlink', { target: Buffer.from('\xff'.repeat(150), 'latin1') }),
  ])
  expect(readByPython(path)).toMatchObject([
    {
      name: latin1('請求書'),
      kind: 'file',
      mode: 0o640,
      uid: 4_000_000_000,
      gid: 3_999_999_999,
      sha256: sha256(Buffer.from('small')),
    },
    { name: '\xe9'.repeat(150), sha256: sha256(Buffer.from('latin')) },
    { name: 'link', kind: 'symlink', target: 'ff'.repeat(150) },
  ])
})

test.each([
  { title: 'exactly what a header holds', bytes: 8 * GiB - 1, extended: false },
  { title: 'one byte more', bytes: 8 * GiB, extended: true },
])('a size of $title', ({ bytes, extended }) => {
  const { facts } = file('huge', none, { sizeBytes: bytes, changedAtNs: 0n })
  const header = tarHeader(facts)
  expect(header.includes(`size=${bytes}\n`)).toBe(extended)
  expect(header.length).toBe(extended ? 3 * 512 : 512)
})

test('a line of an extended header counts itself, also where the count grows by a digit', () => {
  for (let length = 101; length < 1100; length += 1) {
    const { facts } = file('x'.repeat(length), none)
    const text = tarHeader(facts).subarray(512).toString('latin1')
    const [line = ''] = /^(\d+) path=x+\n/.exec(text) ?? []
    expect(line.length).toBe(Number.parseInt(line, 10))
  }
})

describe('an archive that breaks off', () => {
  test.each([
    { title: 'fewer', sizeBytes: 10, given: 9 },
    { title: 'more', sizeBytes: 10, given: 11 },
  ])('does so when a file gives $title bytes than it said', ({ sizeBytes, given }) => {
    expect(() => write([file('a', Buffer.alloc(given), { sizeBytes }), file('b', none)])).toThrow(
      `a file of ${sizeBytes} bytes gave`,
    )
  })
})
