import { randomBytes } from 'node:crypto'
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ByPath, OverwriteRule, RestoreSettings, TreeEntry } from '../../../engine/index.ts'
import { besideName } from '../../../engine/restore/beside-name.ts'
import { unusableName } from '../../../engine/restore/local-name.ts'
import { decide, decideCompared, type Existing } from '../../../engine/restore/overwrite.ts'
import { setModifiedTimeAt } from '../../../engine/system/posix.ts'
import { describeTree } from '../../support/described-tree.ts'
import { countingRecords, testRepository } from '../../support/engine-repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const versionNs = 1_700_000_000_123_456_789n
const newerNs = versionNs + 1_000_000_000n
const olderNs = versionNs - 1_000_000_000n

describe('the rule decides', () => {
  const base = { name: Buffer.from('x'), mode: 0o644, uid: 0, gid: 0, mtimeNs: versionNs, extensions: [] }
  const file: TreeEntry = { ...base, type: 'file', size: 5, content: { kind: 'inline', bytes: Buffer.from('12345') } }
  const folder: TreeEntry = { ...base, type: 'directory', tree: Buffer.alloc(32) as never }
  const link: TreeEntry = { ...base, type: 'symlink', target: Buffer.from('there') }
  const existingFile = (mtimeNs: bigint, size = 5n): Existing => ({ kind: 'file', mtimeNs, size })
  const existingLink = (target: string, mtimeNs = olderNs): Existing => ({
    kind: 'symlink',
    mtimeNs,
    target: Buffer.from(target),
  })
  const existingFolder: Existing = { kind: 'directory', mtimeNs: olderNs, size: 4096n }

  const table: readonly { rule: OverwriteRule; entry: TreeEntry; existing: Existing; expected: string }[] = [
    { rule: 'never', entry: file, existing: existingFile(olderNs), expected: 'keep exists' },
    { rule: 'never', entry: file, existing: existingLink('x'), expected: 'keep other-kind' },
    { rule: 'never', entry: folder, existing: existingFolder, expected: 'enter' },
    { rule: 'never', entry: folder, existing: existingLink('x'), expected: 'keep other-kind' },
    { rule: 'older', entry: file, existing: existingFile(olderNs), expected: 'compare' },
    { rule: 'older', entry: file, existing: existingFile(versionNs), expected: 'compare' },
    { rule: 'older', entry: file, existing: existingFile(versionNs, 6n), expected: 'keep not-older' },
    { rule: 'older', entry: file, existing: existingFile(newerNs), expected: 'keep not-older' },
    { rule: 'older', entry: folder, existing: existingLink('x'), expected: 'replace' },
    { rule: 'changed', entry: file, existing: existingFile(versionNs), expected: 'same' },
    { rule: 'changed', entry: file, existing: existingFile(versionNs + 999n), expected: 'same' },
    { rule: 'changed', entry: file, existing: existingFile(versionNs, 6n), expected: 'compare' },
    { rule: 'changed', entry: file, existing: existingFile(newerNs), expected: 'compare' },
    { rule: 'changed', entry: link, existing: existingLink('there'), expected: 'same' },
    { rule: 'changed', entry: link, existing: existingLink('elsewhere', versionNs), expected: 'replace' },
    { rule: 'changed', entry: file, existing: existingFolder, expected: 'replace' },
    { rule: 'always', entry: file, existing: existingFile(versionNs), expected: 'compare' },
    { rule: 'always', entry: link, existing: existingFile(versionNs), expected: 'replace' },
    { rule: 'both', entry: file, existing: existingFile(versionNs), expected: 'compare' },
    { rule: 'both', entry: link, existing: existingLink('there'), expected: 'same' },
    { rule: 'both', entry: link, existing: existingLink('elsewhere'), expected: 'beside' },
    { rule: 'both', entry: folder, existing: existingFolder, expected: 'enter' },
  ]
  test.each(table)('$rule, $entry.type over $existing.kind: $expected', ({ rule, entry, existing, expected }) => {
    const decision = decide(rule, entry, existing)
    expect('reason' in decision ? `${decision.kind} ${decision.reason}` : decision.kind).toBe(expected)
  })

  test('after the bytes were compared', () => {
    expect(decideCompared('both', false)).toEqual({ kind: 'beside' })
    expect(decideCompared('always', false)).toEqual({ kind: 'replace' })
    expect(decideCompared('both', true)).toEqual({ kind: 'same' })
    expect(decideCompared('older', false, { isOlder: false })).toEqual({ kind: 'keep', reason: 'not-older' })
    expect(decideCompared('older', true, { isOlder: false })).toEqual({ kind: 'same' })
  })
})

describe('names beside others', () => {
  const table = [
    { name: 'report.docx', attempt: 1, expected: 'report (restored).docx' },
    { name: 'report.docx', attempt: 2, expected: 'report (restored 2).docx' },
    { name: 'Makefile', attempt: 1, expected: 'Makefile (restored)' },
    { name: '.profile', attempt: 1, expected: '.profile (restored)' },
    { name: 'archive.tar.gz', attempt: 1, expected: 'archive.tar (restored).gz' },
    { name: `${'ä'.repeat(125)}.txt`, attempt: 1, expected: `${'ä'.repeat(120)} (restored).txt` },
  ]
  test.each(table)('$name, $attempt', ({ name, attempt, expected }) => {
    const beside = besideName(Buffer.from(name), attempt)
    expect(beside.toString()).toBe(expected)
    expect(beside.length).toBeLessThanOrEqual(255)
  })
})

describe('names that mean something else on Windows', () => {
  const bad = [
    'a:b',
    'C:',
    'x\\y',
    'what?',
    'a*',
    '<in>',
    'pipe|',
    '"',
    'ends.',
    'ends ',
    'con',
    'NUL.txt',
    'Com1',
    'lpt9.x',
    'a\nb',
  ]
  test.each(bad)('%j is not tried there', (name) => {
    expect(unusableName(Buffer.from(name), 'win32')).toBeTypeOf('string')
    expect(unusableName(Buffer.from(name), 'linux')).toBeUndefined()
  })
  test.each(['console', 'a.con', 'com', 'com10', ' begins', '.hidden', 'Grüße'])('%j is', (name) => {
    expect(unusableName(Buffer.from(name), 'win32')).toBeUndefined()
  })
})

describe('over what is there already', () => {
  const rules: readonly { overwrite: OverwriteRule; expected: Record<string, string> }[] = [
    {
      overwrite: 'never',
      expected: { same: 'same', newer: 'mine, newer', older: 'mine, older', touched: 'touched', mine: 'mine' },
    },
    { overwrite: 'older', expected: { same: 'same', newer: 'mine, newer', older: 'older', touched: 'touched', mine: 'mine' } },
    { overwrite: 'changed', expected: { same: 'same', newer: 'newer', older: 'older', touched: 'touched', mine: 'mine' } },
    { overwrite: 'always', expected: { same: 'same', newer: 'newer', older: 'older', touched: 'touched', mine: 'mine' } },
    {
      overwrite: 'both',
      expected: {
        ...{ same: 'same', newer: 'mine, newer', older: 'mine, older', touched: 'touched', mine: 'mine' },
        ...{ 'newer (restored)': 'newer', 'older (restored)': 'older' },
      },
    },
  ]
  test.each(rules)('$overwrite', async ({ overwrite, expected }) => {
    using folder = temporaryFolder()
    const { repository, destination, root } = await restoredOnce(folder.path, ['same', 'newer', 'older', 'touched'])
    write(join(destination, 'newer'), 'mine, newer', newerNs)
    write(join(destination, 'older'), 'mine, older', olderNs)
    write(join(destination, 'touched'), 'touched', newerNs)
    write(join(destination, 'mine'), 'mine', newerNs)

    const result = await repository.restore(root, folder.path, { overwrite, ...stripped(folder.path) })
    const contents = readdirSync(destination).map((name) => [name, readFileSync(join(destination, name), 'utf8')])
    expect(Object.fromEntries(contents)).toEqual(expected)
    expect(result.failed).toEqual([])
    if (overwrite === 'never') expect(result).toMatchObject({ files: 0, keptCount: 4 })
    if (overwrite === 'older') {
      expect(named(result.kept)).toEqual(['newer not-older', 'touched not-older'])
      expect(result).toMatchObject({ files: 1, replaced: 1, unchanged: 1 })
    }
    if (overwrite === 'changed' || overwrite === 'always') {
      expect(result).toMatchObject({ files: 2, unchanged: 2, kept: [] })
      expect(lstatSync(join(destination, 'touched'), { bigint: true }).mtimeNs).toBe(versionNs)
      expect(lstatSync(join(destination, 'older'), { bigint: true }).mtimeNs).toBe(versionNs)
    }
    if (overwrite === 'both') {
      expect(result).toMatchObject({ files: 2, unchanged: 2, replaced: 0, besideCount: 2 })
      const again = await repository.restore(root, folder.path, { overwrite, ...stripped(folder.path) })
      expect(again).toMatchObject({ files: 0, unchanged: 4, besideCount: 0 })
      expect(lstatSync(join(destination, 'touched'), { bigint: true }).mtimeNs).toBe(newerNs)
    }
  })

  test('changed is whole again whatever was done to it, and the second time does nothing', async () => {
    using folder = temporaryFolder()
    const { repository, source, destination, root } = await restoredOnce(folder.path, ['a', 'b', 'c', 'd/e', 'd/f'])
    const before = describeTree(source)
    write(join(destination, 'a'), 'other', newerNs)
    write(join(destination, 'd/e'), 'other bytes of the same time', versionNs)
    const again = { overwrite: 'changed' as const, ...stripped(folder.path) }
    expect(await repository.restore(root, folder.path, again)).toMatchObject({ files: 2, unchanged: 3, failed: [] })
    expect(describeTree(destination)).toEqual(before)
    expect(await repository.restore(root, folder.path, again)).toMatchObject({
      files: 0,
      unchanged: 5,
      failed: [],
      receivedBytes: 0,
    })
  })

  test('of a large file only what differs is fetched', async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, 'source')
    mkdirSync(source)
    const bytes = randomBytes(24 * 1024 * 1024)
    writeFileSync(join(source, 'large'), bytes)
    const repository = await testRepository()
    const { root } = await repository.backUp([source], folder.path)
    await repository.restore(root, folder.path, stripped(folder.path))

    const place = join(folder.path, 'restored/source/large')
    const changed = Buffer.from(bytes)
    changed.fill(1, 9_000_000, 9_000_100)
    writeFileSync(place, changed.subarray(0, bytes.length - 10))
    const records = countingRecords(repository.repository)
    const result = await repository.restore(root, folder.path, {
      overwrite: 'changed',
      verify: true,
      records,
      ...stripped(folder.path),
    })
    expect(result).toMatchObject({ files: 1, failed: [], verified: { files: 1, bytes: bytes.length } })
    expect(readFileSync(place).equals(bytes)).toBe(true)
    expect(result.receivedBytes).toBeLessThan(bytes.length / 2)
    expect(result.receivedBytes).toBeGreaterThan(0)
  })

  test('a hole over data, data over a hole', async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, 'source')
    mkdirSync(source)
    writeFileSync(join(source, 'sparse'), '')
    truncateSync(join(source, 'sparse'), 20 * 1024 * 1024)
    const repository = await testRepository()
    const { root } = await repository.backUp([source], folder.path)
    mkdirSync(join(folder.path, 'restored/source'), { recursive: true })
    const place = join(folder.path, 'restored/source/sparse')
    writeFileSync(place, Buffer.alloc(20 * 1024 * 1024, 1))
    const result = await repository.restore(root, folder.path, { overwrite: 'always', verify: true, ...stripped(folder.path) })
    // A hole has no bytes that could be compared.
    expect(result).toMatchObject({ bytes: 20 * 1024 * 1024, verified: { files: 1, bytes: 0 } })
    expect(describeTree(join(folder.path, 'restored/source'))).toEqual(describeTree(source))
    const again = await repository.restore(root, folder.path, { overwrite: 'always', ...stripped(folder.path) })
    expect(again).toMatchObject({ files: 0, unchanged: 1 })
  })

  test('files of several names get their links back', async () => {
    using folder = temporaryFolder()
    const { repository, source, destination, root } = await restoredOnce(folder.path, ['one'], (made) => {
      linkSync(join(made, 'one'), join(made, 'two'))
      linkSync(join(made, 'one'), join(made, 'three'))
    })
    expect(describeTree(destination)).toEqual(describeTree(source))
    rmSync(join(destination, 'two'))
    write(join(destination, 'three'), 'no link any more', olderNs)
    // the folder's time follows its content
    const result = await repository.restore(root, folder.path, { overwrite: 'changed', ...stripped(folder.path) })
    expect(result.failed).toEqual([])
    const names = ['one', 'two', 'three'].map((name) => lstatSync(join(destination, name)))
    expect(new Set(names.map((stat) => stat.ino)).size).toBe(1)
    expect(readFileSync(join(destination, 'three'), 'utf8')).toBe('one')
  })

  test('where the first of several names is taken, the next gets the bytes', async () => {
    using folder = temporaryFolder()
    const { repository, root } = await restoredOnce(folder.path, ['one'], (made) => {
      linkSync(join(made, 'one'), join(made, 'three'))
      linkSync(join(made, 'one'), join(made, 'two'))
    })
    const other = join(folder.path, 'other')
    mkdirSync(join(other, 'source'), { recursive: true })
    writeFileSync(join(other, 'source/one'), 'mine')
    const destination = { kind: 'folder', path: Buffer.from(other), strip: true } as const
    const result = await repository.restore(root, other, { ...stripped(folder.path), destination })
    expect(result).toMatchObject({ files: 2, keptCount: 1, failed: [] })
    expect(readFileSync(join(other, 'source/one'), 'utf8')).toBe('mine')
    expect(readFileSync(join(other, 'source/two'), 'utf8')).toBe('one')
    expect(lstatSync(join(other, 'source/two')).ino).toBe(lstatSync(join(other, 'source/three')).ino)
  })

  test('what is of another kind gives way, but never a folder that holds something', async () => {
    using folder = temporaryFolder()
    const outside = join(folder.path, 'outside')
    mkdirSync(outside)
    writeFileSync(join(outside, 'precious'), 'precious')
    const { repository, destination, root } = await restoredOnce(folder.path, ['file', 'full', 'dir/inside', 'other'])
    rmSync(destination, { recursive: true })
    mkdirSync(destination)
    symlinkSync(join(outside, 'precious'), join(destination, 'file'))
    mkdirSync(join(destination, 'full'))
    writeFileSync(join(destination, 'full/mine'), 'mine')
    symlinkSync(outside, join(destination, 'dir'))
    mkdirSync(join(destination, 'other'))

    const never = await repository.restore(root, folder.path, stripped(folder.path))
    expect(never).toMatchObject({ files: 0, failed: [] })
    expect(named(never.kept)).toEqual(['dir other-kind', 'file other-kind', 'full other-kind', 'other other-kind'])
    expect(readlinkSync(join(destination, 'dir'))).toBe(outside)

    const always = await repository.restore(root, folder.path, { overwrite: 'always', ...stripped(folder.path) })
    expect(named(always.failed)).toEqual(['full ENOTEMPTY'])
    expect(readFileSync(join(destination, 'full/mine'), 'utf8')).toBe('mine')
    expect(readFileSync(join(destination, 'file'), 'utf8')).toBe('file')
    expect(readFileSync(join(destination, 'dir/inside'), 'utf8')).toBe('dir/inside')
    expect(readFileSync(join(destination, 'other'), 'utf8')).toBe('other')
    expect(readdirSync(outside)).toEqual(['precious'])
    expect(readFileSync(join(outside, 'precious'), 'utf8')).toBe('precious')
  })
})

function stripped(folder: string): Pick<RestoreSettings & ByPath, 'destination' | 'selection'> {
  const destination = { kind: 'folder', path: Buffer.from(join(folder, 'restored')), strip: true } as const
  return { destination, selection: [Buffer.from(join(folder, 'source'))] }
}

/** A source with these files, each holding its own name, in a version whose root holds `source`; restored once below `restored`. */
async function restoredOnce(folder: string, names: readonly string[], more: (source: string) => void = () => undefined) {
  const source = join(folder, 'source')
  for (const name of names) {
    mkdirSync(join(source, name, '..'), { recursive: true })
    write(join(source, name), name, versionNs)
  }
  more(source)
  const repository = await testRepository()
  const { root } = await repository.backUp([source], folder)
  const destination = join(folder, 'restored/source')
  const first = await repository.restore(root, folder, stripped(folder))
  expect(first).toMatchObject({ failed: [], kept: [] })
  return { repository, source, destination, root }
}

function write(path: string, text: string, mtimeNs: bigint): void {
  writeFileSync(path, text)
  setModifiedTimeAt(path, mtimeNs)
}

/** The last name of each path, with what is said of it. */
function named(list: readonly { readonly path: Buffer; readonly reason?: string; readonly code?: string }[]): readonly string[] {
  return list.map(({ path, reason, code }) => `${basename(path.toString())} ${reason ?? code}`).sort()
}
