/** Copies beside a box that goes on: backups, forgetting, the collector, a full or slow disk, somebody who stops it. */
import { performance } from 'node:perf_hooks'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { memoryStorage, openLocalStorage, type Storage, StorageError } from '../../../engine/index.ts'
import type { Copy } from '../../../server/copies/copy.ts'
import { writeIdentity } from '../../../server/copies/copy-place.ts'
import { type CopiedBox, copiedBox, type MadeVersion } from '../../support/copied-box.ts'

let office: CopiedBox
let copy: Copy

beforeEach(async () => {
  office = await copiedBox()
  copy = await office.add()
})
afterEach(() => office[Symbol.asyncDispose]())

const { signal } = new AbortController()

async function memoryPlace(): Promise<Storage> {
  const memory = memoryStorage()
  await writeIdentity(memory, { placeUid: copy.placeUid, box: 'box', createdAt: 0 })
  return memory
}

describe('beside a busy box', () => {
  const versions = 14
  const keptVersions = 3

  test('backups, and a collector without any waits: whole whenever one looks', async () => {
    const disk = await memoryPlace()
    const made = new Map<number, MadeVersion>()
    const live: MadeVersion[] = []
    let isBusy = true
    const work = async () => {
      for (let count = 0; count < versions; count += 1) {
        const version = await office.makeVersion()
        made.set(version.seq, version)
        live.push(version)
        if (live.length <= keptVersions) continue
        const old = live.shift()!
        await office.forget(old)
        await office.purge(old)
      }
      isBusy = false
    }
    let looks = 0
    const look = async () => {
      while (isBusy) {
        const { outcome, problem } = await office.runInto(copy, disk)
        expect(['ok', 'partial'], JSON.stringify(problem)).toContain(outcome)
        // Restored from what the copy holds: packs that are collected here stay there for 7 days.
        for (const [seq, bytes] of await office.restoreAll(disk)) expect(bytes.equals(made.get(seq)?.bytes ?? bytes)).toBe(true)
        looks += 1
      }
    }
    await Promise.all([work(), look()])
    expect(looks).toBeGreaterThan(1)
    expect(await office.runInto(copy, disk)).toMatchObject({ outcome: 'ok' })
    const restored = await office.restoreAll(disk)
    expect([...restored.keys()]).toEqual(live.map(({ seq }) => seq))
    for (const { seq, bytes } of live) expect(restored.get(seq)?.equals(bytes), `version ${seq}`).toBe(true)
  })

  test('packs that are put together anew during a run are copied before the version that needs them', async () => {
    const disk = await memoryPlace()
    await office.makeVersion()
    const second = await office.makeVersion()
    let hasStruck = false
    const slow: Storage = {
      ...disk,
      put: async (name, bytes, options) => {
        await disk.put(name, bytes, options)
        if (hasStruck) return
        hasStruck = true
        // As a repack leaves it: the same records in other packs, the old ones gone.
        await office.repack(second)
      },
    }
    expect(await office.runInto(copy, slow)).toMatchObject({ outcome: 'ok' })
    expect(hasStruck).toBe(true)
    expect((await office.restoreAll(disk)).get(second.seq)?.equals(second.bytes)).toBe(true)
  })

  test('a version that ends during a run ends in the copy with the one that replaced it', async () => {
    const disk = await memoryPlace()
    const first = await office.makeVersion()
    const second = await office.makeVersion()
    await office.runInto(copy, disk)
    const slow: Storage = { ...disk }
    let hasStruck = false
    slow.put = async (name, bytes, options) => {
      await disk.put(name, bytes, options)
      if (hasStruck) return
      hasStruck = true
      await office.makeVersion()
      await office.forget(second)
    }
    await office.makeVersion()
    expect(await office.runInto(copy, slow)).toMatchObject({ outcome: 'ok' })
    expect(hasStruck).toBe(true)
    const there = await office.restoreAll(disk)
    expect([...there.keys()], 'the tombstone waits for the next cut-off').toEqual([first.seq, second.seq, second.seq + 1])
    await office.runInto(copy, disk)
    expect([...(await office.restoreAll(disk)).keys()]).toEqual([first.seq, second.seq + 1, second.seq + 2])
  })
})

describe('the place', () => {
  test('a full disk: what is there is whole, the rest comes when there is room', async () => {
    const disk = await memoryPlace()
    const first = await office.makeVersion()
    await office.runInto(copy, disk)
    await office.makeVersion()
    await office.makeVersion()
    let roomBytes = 4000
    const full: Storage = {
      ...disk,
      put: async (name, bytes, options) => {
        if (bytes.length > roomBytes) throw new StorageError('full', `${name}: no space left`)
        roomBytes -= bytes.length
        await disk.put(name, bytes, options)
      },
    }
    expect(await office.runInto(copy, full)).toMatchObject({ outcome: 'failed', problem: { code: 'HF-COPY-PLACE-FULL' } })
    expect([...(await office.restoreAll(disk)).keys()]).toEqual([first.seq])
    expect(await office.runInto(copy, disk)).toMatchObject({ outcome: 'ok' })
    expect((await office.restoreAll(disk)).size).toBe(3)
  })

  test('a limit is kept', async () => {
    await office.copies.change(copy.copyId, { limitBytesPerSecond: 1024 ** 2 }, { actor: { kind: 'command' }, address: '' })
    await office.makeVersion(700_000)
    const startMs = performance.now()
    const { bytes, outcome } = await office.copies.run(copy.copyId, { signal })
    expect(outcome).toBe('ok')
    // The first piece goes at once.
    expect(performance.now() - startMs).toBeGreaterThan(((bytes - 256 * 1024) / 1024 ** 2) * 1000)
  })

  test('somebody stops it in the middle of a pack: nothing half is there, and it goes on later', async () => {
    await office.copies.change(copy.copyId, { limitBytesPerSecond: 64 * 1024 }, { actor: { kind: 'command' }, address: '' })
    const version = await office.makeVersion(2_000_000)
    const stop = new AbortController()
    const onProgress = ({ phase }: { readonly phase: string }) => {
      if (phase === 'copying') setImmediate(() => stop.abort())
    }
    const stopped = await office.copies.run(copy.copyId, { signal: stop.signal, onProgress })
    expect(stopped).toMatchObject({ outcome: 'cancelled' })
    expect(office.alarms.size).toBe(0)
    const place = await openLocalStorage(copy.address.folder)
    expect(await Array.fromAsync(place.list('tmp'))).toEqual([])
    await office.copies.change(copy.copyId, { limitBytesPerSecond: undefined }, { actor: { kind: 'command' }, address: '' })
    expect(await office.copies.run(copy.copyId, { signal })).toMatchObject({ outcome: 'ok' })
    expect((await office.restoreAll(place)).get(version.seq)?.equals(version.bytes)).toBe(true)
  })

  test('one run of a copy at a time', async () => {
    await office.makeVersion()
    const both = await Promise.allSettled([1, 2].map(() => office.copies.run(copy.copyId, { signal })))
    expect(both.find(({ status }) => status === 'fulfilled')).toMatchObject({ value: { outcome: 'ok' } })
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { fault: 'running' } })
  })

  test('an old copy is an alarm, until it runs again or is paused', async () => {
    await office.makeVersion()
    await office.copies.run(copy.copyId, { signal })
    await office.copies.watchAges()
    expect(office.alarms.has('HF-COPY-TOO-OLD')).toBe(false)
    office.upload.box.clock.advance(4 * 86_400_000)
    await office.copies.watchAges()
    expect(office.alarms.get('HF-COPY-TOO-OLD')?.detail).toContain('place is of 2026-03-14')
    await office.copies.run(copy.copyId, { signal })
    await office.copies.watchAges()
    expect(office.alarms.has('HF-COPY-TOO-OLD')).toBe(false)
  })
})
