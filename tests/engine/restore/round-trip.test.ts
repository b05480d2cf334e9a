import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import {
  chmodSync,
  chownSync,
  closeSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { dataRegions, makeFifo, setModifiedTimeAt, writeXattr } from '../../../engine/system/posix.ts'
import { describeTree } from '../../support/described-tree.ts'
import { testRepository } from '../../support/engine-repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const MiB = 1024 * 1024
const isRoot = process.geteuid?.() === 0

describe('what was backed up comes back byte for byte', () => {
  test('a tree with everything in it', async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, 'source')
    makeEverything(source)
    const before = describeTree(source)

    const repository = await testRepository()
    const { root, verdict } = await repository.backUp([source], folder.path)
    expect(verdict).toBe('ok')
    const destination = join(folder.path, 'restored')
    const result = await repository.restore(root, destination, { verify: true })

    expect(describeTree(join(destination, source))).toEqual(before)
    expect(result).toMatchObject({ failed: [], kept: [], notSet: [], stopped: undefined })
    const files = Object.values(before).filter((entry) => entry.type === 'file')
    expect(result.files).toBe(files.length)
    const written = Object.entries(before).filter(([, { type, linkedTo }]) => type === 'file' && linkedTo === undefined)
    const bytes = written.reduce((sum, [name]) => sum + dataBytes(Buffer.from(`${source}/${name}`, 'latin1')), 0)
    expect(result.verified).toEqual({ files: written.length, bytes })
    expect(bytes).toBeLessThan(result.bytes)
  })

  test('to the original place', async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, 'source')
    makeEverything(source)
    const before = describeTree(source)
    const repository = await testRepository()
    const { root } = await repository.backUp([source], folder.path)
    const aside = join(folder.path, 'aside')
    renameAway(source, aside)

    const original = { destination: { kind: 'original' } as const, selection: [Buffer.from(source)] }
    const result = await repository.restore(root, '', original)
    expect(result).toMatchObject({ failed: [], kept: [], notSet: [] })
    expect(describeTree(source)).toEqual(before)
  })

  test('but sockets, which their programs make again', async () => {
    using folder = temporaryFolder()
    const source = join(folder.path, 'source')
    mkdirSync(source)
    writeFileSync(join(source, 'file'), 'bytes')
    const server = createServer().listen(join(source, 'socket'))
    await once(server, 'listening')
    try {
      const repository = await testRepository()
      const { root, verdict } = await repository.backUp([source], folder.path)
      expect(verdict).toBe('ok')
      const result = await repository.restore(root, join(folder.path, 'restored'))
      expect(result).toMatchObject({ files: 1, sockets: 1, failedCount: 0 })
      expect(Object.keys(describeTree(join(folder.path, 'restored', source)))).not.toContain('socket')
    } finally {
      server.close()
    }
  })

  test('any tree at all', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyFolder(), async (made) => {
        using folder = temporaryFolder()
        const source = join(folder.path, 'source')
        makeFolder(Buffer.from(source), made)
        const before = describeTree(source)
        const repository = await testRepository()
        const { root } = await repository.backUp([source], folder.path)
        const result = await repository.restore(root, join(folder.path, 'restored'))
        expect(result.failed).toEqual([])
        expect(describeTree(join(folder.path, 'restored', source))).toEqual(before)
      }),
      { numRuns: 12 },
    )
  })
})

function makeEverything(root: string): void {
  const path = (name: string | Buffer) => Buffer.concat([Buffer.from(`${root}/`), Buffer.from(name as string)])
  mkdirSync(root)
  writeFileSync(path('plain.txt'), 'plain')
  writeFileSync(path('empty'), '')
  writeFileSync(path('at most inline'), randomBytes(512))
  writeFileSync(path('one more than inline'), randomBytes(513))
  writeFileSync(path('Übersicht 会议 📈.txt'), 'unicode')
  writeFileSync(path(Buffer.from([0x4d, 0xfc, 0x6c, 0x6c, 0x65, 0x72])), 'a Latin-1 name')
  writeFileSync(path('two\nlines\t"quoted" \\ back'), 'odd name')
  writeFileSync(path('x'.repeat(255)), 'the longest name')
  mkdirSync(path('empty folder'))
  mkdirSync(path('deep'))
  let deep = join(root, 'deep')
  for (let level = 0; level < 40; level++) {
    deep = join(deep, `level ${level}`)
    mkdirSync(deep)
    writeFileSync(join(deep, 'file'), `at level ${level}`)
  }
  mkdirSync(path('many'))
  for (let index = 0; index < 1200; index++) writeFileSync(path(`many/file ${index}`), `number ${index}`)
  symlinkSync('plain.txt', path('link'))
  symlinkSync('/nowhere/at/all', path('dangling link'))
  symlinkSync(Buffer.from([0x2e, 0x2e, 0x2f, 0xff]), path('link to bytes'))
  linkSync(path('plain.txt'), path('zz second name'))
  linkSync(path('plain.txt'), path('deep/third name'))
  writeFileSync(path('several chunks'), randomBytes(9 * MiB))
  writeFileSync(path('a twin'), 'the same bytes in two files, '.repeat(1000))
  writeFileSync(path('another twin'), 'the same bytes in two files, '.repeat(1000))
  writeFileSync(path('a list of chunks'), Buffer.concat([randomBytes(40 * MiB), Buffer.alloc(5 * MiB, 'text')]))
  makeSparse(join(root, 'sparse'), [0, 30 * MiB], 60 * MiB)
  makeSparse(join(root, 'only a hole'), [], 10 * MiB)
  makeFifo(join(root, 'pipe'), 0o640)
  writeXattr(join(root, 'plain.txt'), { key: Buffer.from('xattr:user.colour'), value: Buffer.from([1, 0, 255]) })
  writeXattr(join(root, 'deep'), { key: Buffer.from('xattr:user.folder'), value: Buffer.from('yes') })
  if (isRoot) {
    chownSync(path('at most inline'), 1234, 4321)
    chownSync(path('empty folder'), 1234, 4321)
  }
  chmodSync(path('at most inline'), 0o4755)
  chmodSync(path('several chunks'), 0)
  chmodSync(path('empty'), 0o400)
  chmodSync(path('deep/level 0'), 0o2555)
  const odd = 123_456_789n
  setModifiedTimeAt(path('plain.txt'), -86_400_000_000_000n + odd)
  setModifiedTimeAt(path('link'), -1n)
  setModifiedTimeAt(path('a list of chunks'), 4_294_967_296_000_000_000n + odd)
  setModifiedTimeAt(path('pipe'), 0n)
  setModifiedTimeAt(path('many'), odd)
  setModifiedTimeAt(path('deep'), 1_000_000_000_000_000_000n + odd)
  setModifiedTimeAt(root, 1_700_000_000_000_000_000n + odd)
}

function makeSparse(path: string, dataAt: readonly number[], size: number): void {
  const fd = openSync(path, 'w')
  ftruncateSync(fd, size)
  for (const at of dataAt) writeSync(fd, randomBytes(64 * 1024), 0, 64 * 1024, at)
  closeSync(fd)
}

function renameAway(from: string, to: string): void {
  mkdirSync(to)
  renameSync(from, join(to, 'moved'))
}

type AnyEntry =
  | {
      readonly kind: 'file'
      readonly bytes: Uint8Array
      readonly repeat: number
      readonly mode: number
      readonly mtimeNs: bigint
    }
  | { readonly kind: 'symlink'; readonly target: Uint8Array; readonly mtimeNs: bigint }
  | { readonly kind: 'folder'; readonly folder: AnyFolder }
interface AnyFolder {
  readonly mode: number
  readonly mtimeNs: bigint
  readonly entries: readonly (readonly [Uint8Array, AnyEntry])[]
}

function anyFolder(): fc.Arbitrary<AnyFolder> {
  const byte = fc.integer({ min: 1, max: 255 }).filter((value) => value !== 0x2f)
  const name = fc
    .array(byte, { minLength: 1, maxLength: 40 })
    .map((bytes) => Uint8Array.from(bytes))
    .filter((bytes) => !/^\.\.?$/.test(Buffer.from(bytes).toString('latin1')))
  const mtimeNs = fc.bigInt({ min: -2_000_000_000_000_000_000n, max: 4_600_000_000_000_000_000n })
  const mode = fc.integer({ min: 0, max: 0o777 }).map((bits) => bits | 0o400)
  const { folder } = fc.letrec<{ folder: AnyFolder; entry: AnyEntry }>((tie) => ({
    folder: fc.record({
      mode: mode.map((bits) => bits | 0o700),
      mtimeNs,
      entries: fc.uniqueArray(fc.tuple(name, tie('entry')), {
        maxLength: 6,
        selector: ([bytes]) => Buffer.from(bytes).toString('latin1'),
      }),
    }),
    entry: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      fc.record({
        kind: fc.constant('file' as const),
        bytes: fc.uint8Array({ maxLength: 600 }),
        repeat: fc.constantFrom(1, 1, 3, 5000),
        mode,
        mtimeNs,
      }),
      fc.record({ kind: fc.constant('symlink' as const), target: name, mtimeNs }),
      fc.record({ kind: fc.constant('folder' as const), folder: tie('folder') }),
    ),
  }))
  return folder
}

function makeFolder(path: Buffer, { mode, mtimeNs, entries }: AnyFolder): void {
  mkdirSync(path)
  for (const [name, entry] of entries) {
    const at = Buffer.concat([path, Buffer.from('/'), name])
    if (entry.kind === 'folder') makeFolder(at, entry.folder)
    else if (entry.kind === 'symlink') symlinkSync(Buffer.from(entry.target), at)
    else {
      writeFileSync(at, Buffer.concat(Array.from({ length: entry.repeat }, () => entry.bytes)))
      chmodSync(at, entry.mode)
    }
    if (entry.kind !== 'folder') setModifiedTimeAt(at, entry.mtimeNs)
  }
  chmodSync(path, mode)
  setModifiedTimeAt(path, mtimeNs)
}

/** Of a file's size, all but its holes. */
function dataBytes(path: Buffer): number {
  const { size } = statSync(path)
  const fd = openSync(path, 'r')
  const regions = dataRegions(fd, size) ?? [{ start: 0, end: size }]
  closeSync(fd)
  return regions.reduce((sum, { start, end }) => sum + Math.min(end, size) - start, 0)
}
