import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import {
  FormatError,
  MissingChunksError,
  type OverwriteRule,
  type PlaintextSource,
  plaintextSource,
  RestoreError,
  rehearse,
  restore,
  revert,
  type SelectedItem,
  StorageError,
  selectFrom,
  type TreeEntry,
} from '../../../engine/index.ts'
import { HeldVersion } from '../../../engine/restore/held-version.ts'
import type { LocalEntry } from '../../../engine/restore/local-entry.ts'
import { decodeSelectedItem, encodeSelectedItem } from '../../../engine/restore/selection-codec.ts'
import { makeFifo } from '../../../engine/system/posix.ts'
import { describeTree } from '../../support/described-tree.ts'
import { type TestRepository, testRepository } from '../../support/engine-repository.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

/** A folder that was backed up, changed, and backed up again. */
async function changedFolder(base: string, change: (folder: string) => void) {
  const folder = join(base, 'source')
  mkdirSync(join(folder, 'kept'), { recursive: true })
  for (const name of ['same', 'changed', 'lost']) writeFileSync(join(folder, name), `${name} at first`)
  writeFileSync(join(folder, 'kept', 'deep'), 'deep')
  symlinkSync('same', join(folder, 'link'))
  const repository = await testRepository()
  const wanted = await repository.backUp([folder], join(base, 'cache'))
  const first = describeTree(folder)
  change(folder)
  return { folder, repository, wanted, first }
}

async function selected(
  { repository, secrets }: TestRepository,
  root: Parameters<typeof selectFrom>[1],
  paths: readonly string[],
) {
  const { items, absent } = await selectFrom(
    plaintextSource(repository, secrets),
    root,
    paths.map((path) => Buffer.from(path)),
  )
  // As they come over the wire.
  return { items: items.map((item) => decodeSelectedItem(encodeSelectedItem(item))), absent }
}

type Changed = Awaited<ReturnType<typeof changedFolder>>

/** Backs up what is there now, then reverts; `after`: what happens in between. */
async function reverted(
  { folder, repository, wanted }: Changed,
  base: string,
  after: () => void = () => {},
  startedAtMs?: number,
) {
  // The clock of files is a few milliseconds behind, and a revert looks at that.
  const quietMs = lstatSync(folder).ctimeMs + 120
  while (Date.now() < quietMs) await new Promise((resolve) => setImmediate(resolve))
  const beforeMs = Date.now()
  const before = await repository.backUp([folder], join(base, 'cache'))
  after()
  const { items, absent } = await selected(repository, wanted.root, [folder])
  return revert({
    ...{ records: repository.repository, secrets: repository.secrets, items, absent, verify: true, randomBytes },
    before: { root: before.root, startedAtMs: startedAtMs ?? beforeMs },
  })
}

const change = (folder: string) => {
  writeFileSync(join(folder, 'changed'), 'changed since')
  rmSync(join(folder, 'lost'))
  rmSync(join(folder, 'link'))
  symlinkSync('elsewhere', join(folder, 'link'))
  mkdirSync(join(folder, 'new', 'deeper'), { recursive: true })
  writeFileSync(join(folder, 'new', 'deeper', 'draft'), 'a draft')
}

describe('a revert', () => {
  test('makes a folder as it was: changed, lost and new', async () => {
    using base = temporaryFolder()
    const changed = await changedFolder(base.path, change)
    const result = await reverted(changed, base.path)
    expect(describeTree(changed.folder)).toEqual(changed.first)
    expect(result).toMatchObject({ removed: 3, leftCount: 0, keptCount: 0, failedCount: 0, files: 2, replaced: 2, symlinks: 1 })
  })

  test('a folder where a file was, and a file where a folder was, give way', async () => {
    using base = temporaryFolder()
    const changed = await changedFolder(base.path, (folder) => {
      rmSync(join(folder, 'same'))
      mkdirSync(join(folder, 'same'))
      writeFileSync(join(folder, 'same', 'inside'), 'inside')
      rmSync(join(folder, 'kept'), { recursive: true })
      writeFileSync(join(folder, 'kept'), 'a file now')
    })
    expect(await reverted(changed, base.path)).toMatchObject({ leftCount: 0, failedCount: 0 })
    expect(describeTree(changed.folder)).toEqual(changed.first)
  })

  test('what changed after that backup began stays, and is named', async () => {
    using base = temporaryFolder()
    const changed = await changedFolder(base.path, change)
    const result = await reverted(changed, base.path, () => {
      writeFileSync(join(changed.folder, 'changed'), 'in the last moment')
      writeFileSync(join(changed.folder, 'new', 'deeper', 'draft'), 'written on')
      writeFileSync(join(changed.folder, 'new', 'later'), 'nobody has it')
    })
    expect(readFileSync(join(changed.folder, 'changed'), 'utf8')).toBe('in the last moment')
    expect(readFileSync(join(changed.folder, 'new', 'deeper', 'draft'), 'utf8')).toBe('written on')
    expect(readdirSync(join(changed.folder, 'new')).sort()).toEqual(['deeper', 'later'])
    expect(result.kept).toEqual([{ path: Buffer.from(join(changed.folder, 'changed')), reason: 'not-held' }])
    expect(result.left.map(String).sort()).toEqual(
      ['new', 'new/deeper', 'new/deeper/draft'].map((path) => join(changed.folder, path)),
    )
    expect(readFileSync(join(changed.folder, 'lost'), 'utf8')).toBe('lost at first')
  })

  test('a file of the same size and time is removed only when its bytes are the stored ones', async () => {
    using base = temporaryFolder()
    const changed = await changedFolder(base.path, change)
    const draft = join(changed.folder, 'new', 'deeper', 'draft')
    const never = Date.now() + 86_400_000
    const result = await reverted(
      changed,
      base.path,
      () => {
        const { atimeMs, mtimeMs } = lstatSync(draft)
        writeFileSync(draft, 'another')
        utimesSync(draft, atimeMs / 1000, mtimeMs / 1000)
      },
      never,
    )
    expect(readFileSync(draft, 'utf8')).toBe('another')
    expect(result.left.map(String)).toContain(draft)
  })

  test('takes a pipe away, which can be made again, and leaves a socket, which cannot, without a word', async () => {
    using base = temporaryFolder()
    const changed = await changedFolder(base.path, (folder) => makeFifo(join(folder, 'pipe'), 0o600))
    const server = createServer().listen(join(changed.folder, 'socket'))
    try {
      await once(server, 'listening')
      const result = await reverted(changed, base.path)
      expect(result).toMatchObject({ removed: 1, leftCount: 0, keptCount: 0, failedCount: 0 })
      expect(readdirSync(changed.folder).sort()).toEqual(['changed', 'kept', 'link', 'lost', 'same', 'socket'])
    } finally {
      server.close()
    }
  })

  test('a version that cannot be read to its end touches nothing', async () => {
    using base = temporaryFolder()
    const changed = await changedFolder(base.path, change)
    const present = describeTree(changed.folder)
    const { items } = await selected(changed.repository, changed.wanted.root, [changed.folder])
    const lost: SelectedItem = { ...items[0]!, tree: Buffer.alloc(32, 7) as never }
    const before = await changed.repository.backUp([changed.folder], join(base.path, 'cache'))
    const failing = revert({
      ...{ records: changed.repository.repository, secrets: changed.repository.secrets, items: [lost], absent: [] },
      ...{ verify: true, randomBytes, before: { root: before.root, startedAtMs: Date.now() } },
    })
    await expect(failing).rejects.toThrow(RestoreError)
    expect(describeTree(changed.folder)).toEqual(present)
  })

  test('a version made before that cannot be looked into touches nothing', async () => {
    using base = temporaryFolder()
    const changed = await changedFolder(base.path, change)
    const present = describeTree(changed.folder)
    const { items, absent } = await selected(changed.repository, changed.wanted.root, [changed.folder])
    const failing = revert({
      ...{ records: changed.repository.repository, secrets: changed.repository.secrets, items, absent, verify: true },
      ...{ randomBytes, before: { root: Buffer.alloc(32, 7) as never, startedAtMs: Date.now() } },
    })
    await expect(failing).rejects.toThrow('of the version made before')
    expect(describeTree(changed.folder)).toEqual(present)
  })
})

describe('what the version made before holds', () => {
  const startedMs = 1_000_000
  const before = { dev: 1n, ino: 1n, ctimeNs: 900_000_000_000n, mtimeNs: 0n, size: 0n }
  const after = { ...before, ctimeNs: 1_000_000_000_000n }
  const special = (kind: 'fifo' | 'socket' | 'character-device'): TreeEntry => {
    const common = { name: Buffer.from('x'), mode: 0o600, uid: 0, gid: 0, mtimeNs: 0n, extensions: [] }
    return { ...common, type: 'special', special: kind, deviceNumber: 0 }
  }
  const local = (stamp: typeof before, isPipe: boolean): LocalEntry => ({ kind: 'special', mtimeNs: 0n, size: 0n, stamp, isPipe })
  const held = (entry: TreeEntry) => new HeldVersion(new Map([['x', entry]]), startedMs)
  const path = Buffer.from('x')

  test.each([
    { title: 'a pipe that was one', entry: special('fifo'), isPipe: true, expected: true },
    { title: 'a socket or device that was a pipe', entry: special('fifo'), isPipe: false, expected: false },
    { title: 'a socket', entry: special('socket'), isPipe: false, expected: false },
    { title: 'a device', entry: special('character-device'), isPipe: false, expected: false },
    { title: 'a pipe that was a device', entry: special('character-device'), isPipe: true, expected: false },
  ])('$title: $expected', ({ entry, isPipe, expected }) => {
    expect(held(entry).holds(path, local(before, isPipe))).toBe(expected)
  })

  test('does not change when the revert itself moves the change time, and does when somebody else has moved it before', () => {
    const own = held(special('fifo'))
    expect(own.holds(path, local(after, true))).toBe(false)
    own.noteOwnChange({ before, after })
    expect(own.holds(path, local(after, true))).toBe(true)
    const later = { ...after, ctimeNs: after.ctimeNs + 1n }
    expect(own.holds(path, local(later, true))).toBe(false)
    own.noteOwnChange({ before: later, after: { ...later, ctimeNs: later.ctimeNs + 1n } })
    expect(own.holds(path, local({ ...later, ctimeNs: later.ctimeNs + 1n }, true))).toBe(false)
  })
})

describe('what is selected', () => {
  test('is absent only when the version was read and has it not; lost when that is damaged; an error when it cannot be told', async () => {
    using base = temporaryFolder()
    const { folder, repository, wanted } = await changedFolder(base.path, () => {})
    const { items } = await selected(repository, wanted.root, [join(folder, 'kept')])
    const source = plaintextSource(repository.repository, repository.secrets)
    const kept = items[0]!.tree!
    const failing = (error: Error): PlaintextSource => ({
      readPlaintexts: async (ids) => {
        if (ids.some((id) => id.equals(kept))) throw error
        return source.readPlaintexts(ids)
      },
    })
    const paths = ['kept/deep', 'kept/none', 'none', 'same'].map((name) => Buffer.from(join(folder, name)))
    const select = async (from: PlaintextSource) => {
      const { items: found, absent, lost } = await selectFrom(from, wanted.root, paths)
      const names = (list: readonly Buffer[]) => list.map((path) => `/${path.toString()}`.slice(folder.length + 1))
      return { items: names(found.map(({ path }) => path)), absent: names(absent), lost: names(lost) }
    }
    expect(await select(source)).toEqual({ items: ['kept/deep', 'same'], absent: ['kept/none', 'none'], lost: [] })
    const lost = { items: ['same'], absent: ['none'], lost: ['kept/deep', 'kept/none'] }
    expect(await select(failing(new FormatError('tree-damaged', 'damaged')))).toEqual(lost)
    expect(await select(failing(new MissingChunksError([kept], 'nowhere')))).toEqual(lost)
    for (const error of [new StorageError('unreachable', 'away'), new Error('every thread is busy')])
      await expect(select(failing(error))).rejects.toThrow(error)
  })
})

describe('a selected entry on its way', () => {
  test('comes whole, without a way into the folders above it', async () => {
    using base = temporaryFolder()
    const { folder, repository, wanted } = await changedFolder(base.path, () => {})
    const { items } = await selectFrom(plaintextSource(repository.repository, repository.secrets), wanted.root, [
      Buffer.from(join(folder, 'kept')),
    ])
    const arrived = decodeSelectedItem(encodeSelectedItem(items[0]!))
    expect({ ...arrived, above: [] }).toEqual({ ...items[0]!, above: [] })
    expect(arrived.above.map((entry) => [entry.name, entry.type === 'directory' && entry.tree.equals(Buffer.alloc(32))])).toEqual(
      items[0]!.above.map(({ name }) => [name, true]),
    )
  })

  test('is refused when it is cut, longer, or somewhere else than it says', async () => {
    using base = temporaryFolder()
    const { folder, repository, wanted } = await changedFolder(base.path, () => {})
    const source = plaintextSource(repository.repository, repository.secrets)
    const [item] = (await selectFrom(source, wanted.root, [Buffer.from(join(folder, 'kept'))])).items
    const bytes = encodeSelectedItem(item!)
    for (let end = 0; end < bytes.length; end += 1) expect(() => decodeSelectedItem(bytes.subarray(0, end))).toThrow()
    expect(() => decodeSelectedItem(Buffer.concat([bytes, Buffer.from([0])]))).toThrow('bytes behind')
    expect(() => decodeSelectedItem(encodeSelectedItem({ ...item!, path: Buffer.from('etc/passwd') }))).toThrow(
      'not where it says',
    )
    expect(() => decodeSelectedItem(encodeSelectedItem({ ...item!, above: item!.above.slice(1) }))).toThrow('not where it says')
  })
})

describe('a rehearsal', () => {
  test.each(['older', 'always', 'both', 'never'] as const satisfies readonly OverwriteRule[])(
    '%s: says what the restore then does, and does nothing',
    async (overwrite) => {
      using base = temporaryFolder()
      const { folder, repository, wanted } = await changedFolder(base.path, (at) => {
        change(at)
        writeFileSync(join(at, 'same'), 'same at FIRST')
        utimesSync(join(at, 'changed'), 1, 1)
      })
      const present = describeTree(folder)
      const { items } = await selected(repository, wanted.root, [folder])
      const wish = {
        records: repository.repository,
        secrets: repository.secrets,
        items,
        overwrite,
        destination: { kind: 'original' },
      } as const
      const said = await rehearse(wish)
      expect(describeTree(folder)).toEqual(present)
      const done = await restore({ ...wish, verify: false, randomBytes })
      expect({ made: said.creates + said.replaces + said.beside, same: said.same, keeps: said.keeps, fails: said.fails }).toEqual(
        {
          made: done.files + done.symlinks,
          same: done.unchanged,
          keeps: done.keptCount,
          fails: done.failedCount,
        },
      )
      expect([said.beside, said.replaces, said.bytes]).toEqual([done.besideCount, done.replaced, done.bytes])
    },
  )

  test('counts what is not in the version, where asked', async () => {
    using base = temporaryFolder()
    const { folder, repository, wanted } = await changedFolder(base.path, (at) => {
      change(at)
      writeFileSync(join(at, 'kept', 'beside'), 'beside')
    })
    const { items } = await selected(repository, wanted.root, [folder])
    const wish = { records: repository.repository, secrets: repository.secrets, items, overwrite: 'always' } as const
    const asked = { ...wish, destination: { kind: 'original' } } as const
    const gone = ['new/deeper/draft', 'kept/beside'].map((name) => Buffer.from(join(folder, name)))
    const whole = await rehearse({ ...asked, countsRest: true })
    expect(whole).toMatchObject({ creates: 1, replaces: 2, same: 2, goes: 2 })
    expect(whole.gone.toSorted(Buffer.compare)).toEqual(gone.toSorted(Buffer.compare))
    expect(await rehearse(asked)).toMatchObject({ goes: 0, gone: [] })
    const absent = ['new', 'kept/beside', 'none', 'none/below'].map((name) => Buffer.from(join(folder, name).slice(1)))
    expect(await rehearse({ ...asked, items: [], absent })).toMatchObject({ goes: 2, gone })
  })

  test('counts what lies in a folder that goes beside a file, the second time what is there already', async () => {
    using base = temporaryFolder()
    const { folder, repository, wanted } = await changedFolder(base.path, (at) => {
      rmSync(join(at, 'kept'), { recursive: true })
      writeFileSync(join(at, 'kept'), 'a file now')
    })
    const { items } = await selected(repository, wanted.root, [folder])
    const wish = { records: repository.repository, secrets: repository.secrets, items, overwrite: 'both' } as const
    const asked = { ...wish, destination: { kind: 'original' } } as const
    expect(await rehearse(asked)).toMatchObject({ beside: 1, creates: 1, same: 4, bytes: 4 })
    await restore({ ...asked, verify: false, randomBytes })
    expect(await rehearse(asked)).toMatchObject({ beside: 0, creates: 0, same: 5, bytes: 0 })
  })

  test('of a file that it has no time to read to its end says nothing', async () => {
    using base = temporaryFolder()
    const place = join(base.path, 'large')
    const bytes = randomBytes(64 * 1024)
    const repository = await testRepository()
    const root = await repository.commit((writer) => writer.tree([writer.file('large', bytes, { chunkBytes: 4096 })]))
    writeFileSync(place, bytes)
    const { items } = await selectFrom(plaintextSource(repository.repository, repository.secrets), root, [Buffer.from('large')])
    const wish = { records: repository.repository, secrets: repository.secrets, items, overwrite: 'always' } as const
    const destination = { kind: 'folder', path: Buffer.from(base.path), strip: true } as const
    expect(await rehearse({ ...wish, destination })).toMatchObject({ same: 1, isWhole: true })
    let asked = 0
    const said = await rehearse({ ...wish, destination, goesOn: () => ++asked < 9 })
    expect(said).toMatchObject({ same: 0, replaces: 0, isWhole: false })
    expect(asked).toBe(9)
    const signal = AbortSignal.abort(new Error('broken off'))
    await expect(rehearse({ ...wish, destination, signal })).rejects.toThrow('broken off')
  })

  test('stops when there is no time left, and says that it did not see all', async () => {
    using base = temporaryFolder()
    const { folder, repository, wanted } = await changedFolder(base.path, () => {})
    const { items } = await selected(repository, wanted.root, [folder])
    const wish = { records: repository.repository, secrets: repository.secrets, items, overwrite: 'always' } as const
    expect(await rehearse({ ...wish, destination: { kind: 'original' }, goesOn: () => false })).toMatchObject({ isWhole: false })
    const elsewhere = { kind: 'folder', path: Buffer.from(join(base.path, 'none')), strip: true } as const
    expect(await rehearse({ ...wish, destination: elsewhere })).toMatchObject({
      creates: 5,
      folders: 2,
      replaces: 0,
      isWhole: true,
    })
  })
})
