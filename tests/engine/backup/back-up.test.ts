import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BackupError } from '../../../engine/backup/back-up.ts'
import type { BackupTarget } from '../../../engine/repository/target.ts'
import { contentsOnDisk, device, openFixture } from './backup-fixture.ts'

/** The folders above the source (/tmp) change whenever anything on the machine does: a few small trees may be new. */
const treesAboveMaxBytes = 2_000

describe('backUp', () => {
  it('keeps every byte, name, mode, time and link', async () => {
    await using box = await openFixture()
    const path = (name: string) => join(box.folder, name)
    writeFileSync(path('empty'), '')
    writeFileSync(path('inline'), 'x'.repeat(512))
    writeFileSync(path('one chunk'), randomBytes(513))
    writeFileSync(path('many chunks'), randomBytes(21 * 1024 * 1024))
    writeFileSync(Buffer.concat([Buffer.from(`${box.folder}/`), Buffer.from([0x66, 0xfc, 0x72])]), 'a Latin-1 name')
    writeFileSync(path('new\nline'), 'newline')
    mkdirSync(path('folder/deep/deeper'), { recursive: true })
    writeFileSync(path('folder/deep/früh 📈.txt'), 'unicode', { mode: 0o640 })
    symlinkSync('../nowhere', path('folder/dangling'))
    linkSync(path('inline'), path('second name'))
    chmodSync(path('empty'), 0o4755)
    utimesSync(path('empty'), '-1', '-1')
    const result = await box.run()
    expect(result).toMatchObject({ verdict: 'ok', counts: { files: 8, symlinks: 1, skipped: 0, newFiles: 8 } })
    expect(await box.contents(result.root)).toEqual(contentsOnDisk(box.folder))
  })

  it('sends nothing when nothing changed, and makes the same tree', async () => {
    await using box = await openFixture()
    for (let index = 0; index < 300; index++) writeFileSync(join(box.folder, `file ${index}`), randomBytes(index * 20))
    await box.settled()
    const first = await box.run()
    const second = await box.run()
    expect(second.counts).toMatchObject({ unchangedFiles: 300, newFiles: 0, changedFiles: 0 })
    expect(second.sentBytes).toBeLessThan(treesAboveMaxBytes)
    expect(await box.treeId(second.root)).toBe(await box.treeId(first.root))
    expect(second.snapshot?.seq).toBeGreaterThan(first.snapshot!.seq)
  })

  it('sends nothing again that the target holds, without any cache', async () => {
    await using box = await openFixture()
    writeFileSync(join(box.folder, 'data'), randomBytes(5_000_000))
    const first = await box.run()
    const again = await box.run({ cacheFile: join(box.folder, '..', 'another', 'cache') })
    expect(again.sentBytes).toBeLessThan(treesAboveMaxBytes)
    expect(await box.treeId(again.root)).toBe(await box.treeId(first.root))
  })

  it('stores little when bytes are put in front of a large file', async () => {
    await using box = await openFixture()
    const bytes = randomBytes(40 * 1024 * 1024)
    writeFileSync(join(box.folder, 'large'), bytes)
    await box.run()
    writeFileSync(join(box.folder, 'large'), Buffer.concat([randomBytes(1024), bytes]))
    const second = await box.run()
    expect(second.sentBytes).toBeLessThan(10 * 1024 * 1024)
  })

  it('stores one file once, however many names hold the same bytes', async () => {
    await using box = await openFixture()
    const bytes = randomBytes(2_000_000)
    for (let index = 0; index < 40; index++) writeFileSync(join(box.folder, `copy ${index}`), bytes)
    const result = await box.run()
    expect(result.counts.addedBytes).toBeLessThan(2_100_000)
  })

  it('is the same with a cache as without, after any history', async () => {
    const step = fc.record({
      action: fc.constantFrom('write', 'append', 'delete', 'folder', 'rename', 'link'),
      name: fc.nat(11),
      other: fc.nat(11),
      size: fc.nat(3000),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { minLength: 1, maxLength: 4 }), async (rounds) => {
        await using box = await openFixture()
        for (const [round, steps] of rounds.entries()) {
          for (const [index, change] of steps.entries()) apply(box.folder, change, `${round}/${index}`)
          const cached = await box.run()
          const fresh = await box.run({ cacheFile: join(box.folder, '..', `fresh ${round}`), job: 'fresh' })
          expect(await box.treeId(cached.root)).toBe(await box.treeId(fresh.root))
          expect(fresh.sentBytes).toBeLessThan(treesAboveMaxBytes)
          expect(await box.contents(cached.root)).toEqual(contentsOnDisk(box.folder))
        }
      }),
      { numRuns: 8 },
    )
  })

  it('keeps a folder of 8,000 files, and pays for one change in it with a few records', async () => {
    await using box = await openFixture()
    for (let index = 0; index < 8_000; index++) writeFileSync(join(box.folder, `a file with a name of some length ${index}`), '')
    await box.run()
    writeFileSync(join(box.folder, 'a file with a name of some length 777'), 'changed')
    const second = await box.run()
    expect(second.counts.changedFiles).toBe(1)
    expect(second.sentBytes).toBeLessThan(200_000)
    expect((await box.contents(second.root)).size).toBe(8_000)
  })

  it('is partly done when a file vanishes on the way, and says which', async () => {
    await using box = await openFixture()
    writeFileSync(join(box.folder, 'stays'), randomBytes(1000))
    writeFileSync(join(box.folder, 'goes'), randomBytes(1000))
    const result = await box.run({
      isExcluded(path) {
        if (path.endsWith('stays')) unlinkSync(join(box.folder, 'goes'))
        return false
      },
    })
    expect(result).toMatchObject({ verdict: 'partial', counts: { skipped: 1 } })
    expect(result.skipped[0]).toMatchObject({ path: Buffer.from(join(box.folder, 'goes')), reason: 'vanished' })
  })

  it.each([
    { title: 'grows', change: (path: string) => appendFileSync(path, randomBytes(4096)) },
    { title: 'shrinks', change: (path: string) => truncateSync(path, 70 * 1024 * 1024) },
  ])('is partly done when a file $title while it is read', async ({ change }) => {
    await using box = await openFixture()
    const path = join(box.folder, 'busy')
    writeFileSync(path, randomBytes(80 * 1024 * 1024))
    let changes = 0
    const result = await box.run({
      onProgress: ({ phase }) => {
        if (phase === 'sending' && changes++ < 3) change(path)
      },
    })
    expect(changes).toBeGreaterThan(0)
    expect(result).toMatchObject({ verdict: 'partial', counts: { skipped: 1 } })
    expect(result.skipped[0]).toMatchObject({ path: Buffer.from(path), reason: 'changed' })
    const next = await box.run()
    expect(next.verdict).toBe('ok')
    expect(await box.contents(next.root)).toEqual(contentsOnDisk(box.folder))
  })

  it('refuses when none of the folders exists, and passes over one of two', async () => {
    await using box = await openFixture()
    const gone = Buffer.from(`${box.folder} is not there`)
    await expect(box.run({ sources: [gone] })).rejects.toMatchObject({ name: 'BackupError', fault: 'no-sources' })
    const result = await box.run({ sources: [gone, Buffer.from(box.folder)] })
    expect(result).toMatchObject({ verdict: 'partial', skipped: [{ path: gone, reason: 'vanished' }] })
  })

  it('leaves out what is excluded', async () => {
    await using box = await openFixture()
    mkdirSync(join(box.folder, 'node_modules'))
    writeFileSync(join(box.folder, 'node_modules', 'x'), 'x')
    writeFileSync(join(box.folder, 'kept'), 'kept')
    const result = await box.run({ isExcluded: (path, isDirectory) => isDirectory && path.endsWith('node_modules') })
    expect([...(await box.contents(result.root)).keys()]).toEqual([join(box.folder, 'kept').slice(1)])
  })

  it('makes checkpoints that are whole versions, and the same final version', async () => {
    await using box = await openFixture()
    const bytes = Array.from({ length: 12 }, () => randomBytes(3_000_000))
    bytes.forEach((part, index) => {
      mkdirSync(join(box.folder, `folder ${index % 4}`), { recursive: true })
      writeFileSync(join(box.folder, `folder ${index % 4}`, `file ${index}`), part)
    })
    await box.run()
    for (const index of [1, 2, 7]) writeFileSync(join(box.folder, `folder ${index % 4}`, `file ${index}`), randomBytes(9_000_000))
    rmSync(join(box.folder, 'folder 2', 'file 6'))
    mkdirSync(join(box.folder, 'folder 1 and a half'))
    writeFileSync(join(box.folder, 'folder 1 and a half', 'new'), randomBytes(6_000_000))
    const checkpoints: Buffer[] = []
    const target = recordingCheckpoints((await box.open()).asDevice(device), checkpoints)
    const result = await box.run({ target, checkpointEveryMs: 0 })
    expect(checkpoints.length).toBeGreaterThan(0)
    expect(await box.contents(result.root)).toEqual(contentsOnDisk(box.folder))
    const fresh = await box.run({ cacheFile: join(box.folder, '..', 'fresh'), job: 'fresh' })
    expect(await box.treeId(result.root)).toBe(await box.treeId(fresh.root))
  })

  it('reads again what the target lost', async () => {
    await using box = await openFixture()
    for (let index = 0; index < 20; index++) writeFileSync(join(box.folder, `file ${index}`), randomBytes(100_000))
    const tree = await box.treeId((await box.run()).root)
    for await (const { name } of box.storage.list('packs')) await box.storage.remove(name)
    for await (const { name } of box.storage.list('packs2')) await box.storage.remove(name)
    const second = await box.run()
    expect(await box.treeId(second.root)).toBe(tree)
    expect(await box.contents(second.root)).toEqual(contentsOnDisk(box.folder))
  })

  it('goes on without a cache that is damaged', async () => {
    await using box = await openFixture()
    for (let index = 0; index < 50; index++) writeFileSync(join(box.folder, `file ${index}`), randomBytes(2_000))
    const first = await box.run()
    const cache = join(box.folder, '..', 'cache')
    const { readdirSync, readFileSync } = await import('node:fs')
    const body = join(cache, readdirSync(cache).find((name) => !name.endsWith('.head'))!)
    const bytes = readFileSync(body)
    for (const damaged of [
      bytes.subarray(0, bytes.length / 2),
      Buffer.concat([Buffer.from([9]), bytes.subarray(1)]),
      Buffer.alloc(0),
    ]) {
      writeFileSync(body, damaged)
      const next = await box.run()
      expect(next.verdict).toBe('ok')
      expect(next.sentBytes).toBeLessThan(treesAboveMaxBytes)
      expect(await box.treeId(next.root)).toBe(await box.treeId(first.root))
    }
  })

  it('ends at once when it is cancelled, and the next run succeeds', async () => {
    await using box = await openFixture()
    writeFileSync(join(box.folder, 'large'), randomBytes(60 * 1024 * 1024))
    const abort = new AbortController()
    const cancelled = box.run({ signal: abort.signal, onProgress: ({ phase }) => phase === 'sending' && abort.abort() })
    await expect(cancelled).rejects.toBeInstanceOf(BackupError)
    const next = await box.run()
    expect(await box.contents(next.root)).toEqual(contentsOnDisk(box.folder))
  })

  it('tells the first failure of the target, and ends its session', async () => {
    await using box = await openFixture()
    writeFileSync(join(box.folder, 'data'), randomBytes(30_000_000))
    const target = (await box.open()).asDevice(device)
    let aborted: unknown
    const failing: BackupTarget = {
      ...target,
      async openSession(request) {
        const session = await target.openSession(request)
        return wrap(session, {
          putPack: () => Promise.reject(new Error('the disk of the target is full')),
          abort: async (reason) => {
            aborted = reason
          },
        })
      },
    }
    await expect(box.run({ target: failing })).rejects.toThrow('the disk of the target is full')
    expect(aborted).toMatchObject({ detail: 'the disk of the target is full' })
  })

  it('changes nothing on a dry run', async () => {
    await using box = await openFixture()
    writeFileSync(join(box.folder, 'data'), randomBytes(1_000_000))
    const result = await box.run({ isDryRun: true })
    expect(result).toMatchObject({ snapshot: undefined, counts: { newFiles: 1 } })
    const listed: string[] = []
    for await (const { name } of box.storage.list('packs')) listed.push(name)
    expect(listed).toEqual([])
  })
})

function apply(folder: string, change: { action: string; name: number; other: number; size: number }, seed: string): void {
  const names = ['a', 'b', 'c', 'dir/a', 'dir/b', 'dir/sub/a', 'dir.x', 'dir-', 'ä', 'z', 'dir/sub/ö', 'e']
  const path = join(folder, names[change.name]!)
  const other = join(folder, names[change.other]!)
  try {
    mkdirSync(join(path, '..'), { recursive: true })
    mkdirSync(join(other, '..'), { recursive: true })
    if (change.action === 'write') writeFileSync(path, `${seed} `.repeat(change.size))
    if (change.action === 'append') appendFileSync(path, `more ${seed}`)
    if (change.action === 'delete') rmSync(path, { recursive: true, force: true })
    if (change.action === 'folder') mkdirSync(path)
    if (change.action === 'rename') renameSync(path, other)
    if (change.action === 'link') symlinkSync(names[change.other]!, path)
  } catch (error) {
    // the step does not apply to what is there: a history without it
    if ((error as NodeJS.ErrnoException).code === undefined) throw error
  }
}

function recordingCheckpoints(target: BackupTarget, checkpoints: Buffer[]): BackupTarget {
  return {
    ...target,
    async openSession(request) {
      const session = await target.openSession(request)
      return wrap(session, {
        async commit(file, options) {
          const answer = await session.commit(file, options)
          expect(answer.kind).toBe('committed')
          if (options.isCheckpoint) checkpoints.push(file)
          return answer
        },
      })
    },
  }
}

function wrap<T extends object>(inner: T, own: Partial<T>): T {
  return new Proxy(inner, {
    get(target, key) {
      if (key in own) return own[key as keyof T]
      const value = Reflect.get(target, key)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
