/** What breaks other collectors: promises, commits and backups beside a run, and a disk that is nearly full. */
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chunkKey, type SnapshotId } from '../../../engine/index.ts'
import { createPackTurns } from '../../../server/packs/pack-turns.ts'
import { createPruneService } from '../../../server/prune/prune-service.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { nothingAtPoints } from '../../../server/storage-volumes/crash-points.ts'
import { dayMs, hourMs, type PruneBox, pruneBox } from '../../support/prune-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

const request = { job: 'documents', parent: undefined }

describe('beside the collector', () => {
  let box: PruneBox
  beforeEach(async () => {
    box = await pruneBox()
  })
  afterEach(() => box[Symbol.asyncDispose]())

  /** Whether every record of a version with one file is given. */
  const isWhole = async (writer: VersionWriter, files: Readonly<Record<string, Buffer>>) => {
    const entries = Object.entries(files).map(([name, bytes]) => writer.file(name, bytes))
    const ids = [...Object.values(files).map((bytes) => writer.data(bytes)), writer.tree(entries)]
    const found = new Set<string>()
    for await (const record of box.computer.target.readRecords(ids)) found.add(chunkKey(record.subarray(20, 52)))
    return ids.every((id) => found.has(chunkKey(id)))
  }

  test('a chunk that was promised on Friday is there on Monday, though its pack was condemned on Saturday', async () => {
    const { computer } = box
    const bytes = randomBytes(9000)
    // Nobody needs it any more, and on Thursday it was condemned already.
    await box.forget(await box.commit({ report: bytes }))
    await box.prune()
    expect(await box.states()).toEqual({ condemned: 2 })
    await box.pass(20 * hourMs)

    const friday = await computer.target.openSession(request)
    const writer = new VersionWriter(computer.secrets)
    const promised = writer.data(bytes)
    expect(await friday.have([promised])).toEqual([true])
    expect(await box.states()).toEqual({ stored: 1, condemned: 1 })
    for (let hours = 0; hours < 72; hours += 12) {
      await box.pass(12 * hourMs)
      // The computer is heard from; what it was promised stays, and only that.
      await friday.have([promised])
      await box.prune()
    }
    expect(await box.states()).toEqual({ stored: 1, trashed: 1 })

    const tree = new VersionWriter(computer.secrets)
    const root = tree.tree([writer.file('report', bytes)])
    expect(await commitTree(friday, tree, { root, device: computer.device })).toMatchObject({ kind: 'committed' })
    await box.pass(30 * dayMs)
    await box.prune()
    await box.prune({ speed: 'now' })
    expect(await isWhole(new VersionWriter(computer.secrets), { report: bytes })).toBe(true)
  })

  test('a first backup that takes five nights, with the PC off between, sends nothing twice and is whole', async () => {
    const { computer, upload } = box
    const files = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`file ${index}`, randomBytes(9000 + index)]))
    const sentBefore: boolean[][] = []
    for (let night = 0; night < 5; night += 1) {
      // A program that begins anew: it knows what the box says it has, and nothing else.
      const session = await computer.target.openSession(request)
      const writer = new VersionWriter(computer.secrets)
      const bytes = Object.values(files).slice(0, night + 1)
      const ids = bytes.map((part) => new VersionWriter(computer.secrets).data(part))
      const had = await session.have(ids)
      sentBefore.push([...had])
      for (const [index, part] of bytes.entries()) if (!had[index]) writer.data(part)
      for (const pack of writer.takePacks()) await session.putPack(pack)
      // Switched off at the wall: nobody ends the session. Some days later it is on again; the collector runs every night.
      for (let day = 0; day < 2 + night; day += 1) {
        await box.pass(dayMs)
        await box.prune()
      }
      await upload.box.database.kysely.updateTable('devices').set({ last_seen_at: upload.box.clock.now() }).execute()
    }
    expect(sentBefore).toEqual(Array.from({ length: 5 }, (_, night) => [...Array(night).fill(true), false]))
    const last = await computer.target.openSession(request)
    const tree = new VersionWriter(computer.secrets)
    const root = tree.tree(Object.entries(files).map(([name, bytes]) => new VersionWriter(computer.secrets).file(name, bytes)))
    expect(await commitTree(last, tree, { root, device: computer.device })).toMatchObject({ kind: 'committed' })
    await box.pass(30 * dayMs)
    await box.prune()
    await box.prune({ speed: 'now' })
    expect(await isWhole(new VersionWriter(computer.secrets), files)).toBe(true)
    expect(await box.states()).toEqual({ stored: 6 })
  })

  test('a commit beside the mark that would have collected its packs keeps them', async () => {
    const { computer } = box
    const bytes = randomBytes(9000)
    const writer = new VersionWriter(computer.secrets)
    const root = writer.tree([writer.file('report', bytes)])
    const session = await computer.target.openSession(request)
    const first = await commitTree(session, writer, { root, device: computer.device })
    if (first.kind !== 'committed') throw new Error(first.kind)
    await box.forget(first.id)
    await box.commit({ other: randomBytes(2000) })
    await box.prune()
    await box.pass(25 * hourMs)
    // Now they would go; while the mark runs, a computer commits what they hold.
    let committed: string | undefined
    const done = await box.prune({
      pace: async () => {
        if (committed !== undefined) return
        committed = 'begun'
        const again = await computer.target.openSession(request)
        const file = writer.snapshotFile({ root, head: again.head, device: computer.device })
        const answer = await again.commit(file, { isCheckpoint: false })
        committed = answer.kind
      },
    })
    expect(committed).toBe('committed')
    expect(done.trashed.packs).toBe(0)
    expect(await box.states()).toEqual({ stored: 4 })
    await box.prune({ speed: 'now' })
    expect(await isWhole(new VersionWriter(computer.secrets), { report: bytes })).toBe(true)
  })

  test('a version that a backup compares with is held, though it is forgotten meanwhile', async () => {
    const { computer } = box
    const bytes = randomBytes(9000)
    const parent = await box.commit({ report: bytes })
    const session = await computer.target.openSession({ job: 'documents', parent })
    expect(session.isParentHeld).toBe(true)
    await box.forget(parent)
    await box.prune({ speed: 'now' })
    expect(await isWhole(new VersionWriter(computer.secrets), { report: bytes })).toBe(true)
    await session.abort({ code: 'HF-CANCELLED', detail: 'test' })
    await box.prune({ speed: 'now' })
    expect(await box.states()).toEqual({ purged: 2 })
  })

  test('a busy backup of many versions and a collector that never waits do not meet', { timeout: 60_000 }, async () => {
    const { computer } = box
    const files = Array.from({ length: 8 }, (_, index) => ({ name: `f${index}`, bytes: Buffer.alloc(4000 + index, `f${index}`) }))
    const kept = new Map<SnapshotId, Readonly<Record<string, Buffer>>>()
    let isBusy = true
    const backUps = async () => {
      for (let run = 0; run < 20; run += 1) {
        const chosen = files.filter((_, index) => (index * 7 + run * 3) % 5 < 2)
        const session = await computer.target.openSession(request)
        const probe = new VersionWriter(computer.secrets)
        const ids = chosen.map(({ bytes }) => probe.data(bytes))
        const had = await session.have(ids)
        const writer = new VersionWriter(computer.secrets)
        for (const [index, { bytes }] of chosen.entries()) if (!had[index]) writer.data(bytes)
        for (const pack of writer.takePacks()) await session.putPack(pack)
        const tree = new VersionWriter(computer.secrets)
        const root = tree.tree(chosen.map(({ name, bytes }) => probe.file(name, bytes)))
        const answer = await commitTree(session, tree, { root, device: computer.device })
        if (answer.kind !== 'committed') throw new Error(`run ${run}: ${answer.kind}`)
        kept.set(answer.id, Object.fromEntries(chosen.map(({ name, bytes }) => [name, bytes])))
        const oldest = [...kept.keys()][0]
        if (kept.size > 3 && oldest !== undefined) {
          kept.delete(oldest)
          await box.forget(oldest)
        }
      }
      isBusy = false
    }
    const collector = async () => {
      while (isBusy) await box.prune({ speed: 'now', allowance: { freedBytes: Number.MAX_SAFE_INTEGER, holes: 0 } })
    }
    await Promise.all([backUps(), collector()])
    for (const contents of kept.values()) expect(await isWhole(new VersionWriter(computer.secrets), contents)).toBe(true)
    await box.prune({ speed: 'now', allowance: { freedBytes: Number.MAX_SAFE_INTEGER, holes: 0 } })
    for (const contents of kept.values()) expect(await isWhole(new VersionWriter(computer.secrets), contents)).toBe(true)
    expect(readdirSync(box.computer.place.trashFolder)).toEqual([])
  })

  test('below the floor of the disk trash older than a day goes before its time, the oldest first, as much as is needed', async () => {
    const { box: app } = box.upload
    const total = 16 * 1024 ** 3
    const floor = 512 * 1024 ** 2
    let freeBytes = total
    const prune = createPruneService({
      ...app,
      ...app.uploads,
      ...app.repositories,
      clock: app.clock,
      log: silentLog,
      turns: createPackTurns(),
      readObservedTime: app.care.observedTime.read,
      readSpace: async () => ({ freeBytes, totalBytes: total }),
      reached: nothingAtPoints,
    })
    const running = { signal: new AbortController().signal, pace: async () => {}, speed: 'usual' as const }
    const run = async () => prune.run(await box.repository(), running)
    const waste = async () => {
      await box.forget(await box.commit({ going: randomBytes(20_000) }))
      await run()
      await box.pass(dayMs)
      await run()
    }
    await box.commit({ kept: randomBytes(2000) })
    await waste()
    await waste()
    expect(await box.states()).toEqual({ stored: 2, trashed: 4 })
    expect(await prune.mayMakeRoom()).toBe(false)
    // Young trash stays even then.
    freeBytes = floor - 1
    expect(await run()).toMatchObject({ purged: { packs: 2 } })
    expect(await box.states()).toEqual({ stored: 2, trashed: 2, purged: 2 })
    expect(await prune.mayMakeRoom()).toBe(false)
    await box.pass(dayMs)
    expect(await prune.mayMakeRoom()).toBe(true)
    freeBytes = floor
    expect(await run()).toMatchObject({ purged: { packs: 0 } })
    freeBytes = floor - 1
    const oldest = readdirSync(box.computer.place.trashFolder)
    expect(await run()).toMatchObject({ purged: { packs: 2 } })
    expect(oldest.length).toBeGreaterThan(0)
    expect(readdirSync(box.computer.place.trashFolder)).toEqual([])
  })
})
