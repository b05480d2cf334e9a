/** What goes, when, and what must not: the collector over real files, rows and sessions. */
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readUsedBytes } from '../../../server/subscriptions/usage-table.ts'
import { dayMs, hourMs, type PruneBox, pruneBox } from '../../support/prune-box.ts'

const one = (bytes: number) => ({ packs: 1, bytes })
const two = { packs: 2, bytes: expect.any(Number) }
const none = { packs: 0, bytes: 0 }

describe('the collector', () => {
  let box: PruneBox
  beforeEach(async () => {
    box = await pruneBox()
  })
  afterEach(() => box[Symbol.asyncDispose]())

  const file = (bytes = 20_000) => randomBytes(bytes)
  const restorable = async (id: string) => {
    const seen: number[] = []
    const root = (await Array.fromAsync(box.computer.target.listSnapshots())).find((listed) => listed.id === id)?.envelope.root
    if (root === undefined) return undefined
    for await (const record of box.computer.target.readRecords([root])) seen.push(record.length)
    return seen.length === 1
  }

  test('leaves everything that a version needs', async () => {
    await box.commit({ a: file(), b: file() })
    expect(await box.prune()).toMatchObject({ condemned: none, trashed: none, purged: none, repacked: none })
    expect(await box.states()).toEqual({ stored: 2 })
  })

  test('condemns, trashes a day later, purges after seven more, and the disk has it back to the byte', async () => {
    const before = box.diskBytes()
    const old = await box.commit({ a: file() })
    const kept = await box.commit({ b: file() })
    const both = box.diskBytes()
    await box.forget(old)
    const withoutVersion = box.diskBytes()

    expect(await box.plan()).toMatchObject({ condemn: two, trash: none, freedBytes: 0, versions: 1 })
    expect(await box.states()).toEqual({ stored: 4 })
    expect(await box.prune()).toMatchObject({ condemned: two, trashed: none })
    expect(await box.states()).toEqual({ stored: 2, condemned: 2 })
    await box.pass(dayMs - 1)
    expect(await box.prune()).toMatchObject({ trashed: none })
    await box.pass(1)
    expect(await box.prune()).toMatchObject({ trashed: two, purged: none, diskFreedBytes: 0 })
    expect(await box.states()).toEqual({ stored: 2, trashed: 2 })
    expect(readdirSync(box.computer.place.trashFolder)).toHaveLength(3)
    expect(box.diskBytes()).toBe(withoutVersion)

    await box.pass(7 * dayMs - 1)
    expect(await box.prune()).toMatchObject({ purged: none })
    await box.pass(1)
    const done = await box.prune()
    expect(done).toMatchObject({ purged: two })
    expect(done.diskFreedBytes).toBeGreaterThan(0)
    expect(box.diskBytes()).toBe(withoutVersion - done.diskFreedBytes)
    expect(await box.states()).toEqual({ stored: 2, purged: 2 })
    expect(readdirSync(box.computer.place.trashFolder)).toEqual([])
    const { kysely } = box.upload.box.database
    const chunks = await kysely.selectFrom('chunks').select('pack').execute()
    expect(chunks).toHaveLength(2)
    expect(await restorable(kept)).toBe(true)
    expect(both).toBeGreaterThan(before)
  })

  test('does it all at once with `now`, by two marks', async () => {
    const old = await box.commit({ a: file() })
    await box.commit({ b: file() })
    await box.forget(old)
    const before = box.diskBytes()
    const done = await box.prune({ speed: 'now' })
    expect(done).toMatchObject({ condemned: two, trashed: two, purged: two })
    expect(box.diskBytes()).toBe(before - done.diskFreedBytes)
    expect(await box.states()).toEqual({ stored: 2, purged: 2 })
  })

  test('stores a condemned pack again when a version needs it', async () => {
    const a = file()
    const old = await box.commit({ a })
    await box.commit({ b: file() })
    await box.forget(old)
    await box.prune()
    expect(await box.states()).toEqual({ stored: 2, condemned: 2 })
    // The same file again: the commit's walk reaches the condemned pack and takes it back.
    await box.commit({ a })
    await box.pass(2 * dayMs)
    await box.prune()
    const states = await box.states()
    expect(states.trashed ?? 0).toBeLessThanOrEqual(1)
    expect(states.condemned ?? 0).toBe(0)
  })

  test('keeps what a living session was promised, and lets it go when that ends', async () => {
    const a = file()
    const old = await box.commit({ a })
    await box.forget(old)
    const session = await box.computer.target.openSession({ job: 'documents', parent: undefined })
    const id = box.computer.secrets && (await firstChunk(box))
    expect(await session.have([id])).toEqual([true])
    expect(await box.prune()).toMatchObject({ condemned: one(expect.any(Number) as never) })
    await session.abort({ code: 'HF-CANCELLED', detail: 'test' })
    expect(await box.prune()).toMatchObject({ condemned: one(expect.any(Number) as never) })
  })

  test('keeps what a first backup sent over several nights, until its job has a final version', async () => {
    const { computer } = box
    const { VersionWriter, commitTree } = await import('../../support/version-writer.ts')
    const writer = new VersionWriter(computer.secrets)
    const first = writer.file('first', file())
    const session = await computer.target.openSession({ job: 'documents', parent: undefined })
    for (const pack of writer.takePacks()) await session.putPack(pack)
    await session.abort({ code: 'HF-CANCELLED', detail: 'the computer was switched off' })
    for (let night = 0; night < 5; night += 1) {
      await box.pass(3 * dayMs)
      await box.upload.box.database.kysely.updateTable('devices').set({ last_seen_at: box.upload.box.clock.now() }).execute()
      await box.prune()
    }
    expect(await box.states()).toEqual({ stored: 1 })
    const last = await computer.target.openSession({ job: 'documents', parent: undefined })
    const root = writer.tree([first])
    expect(await commitTree(last, writer, { root, device: computer.device })).toMatchObject({ kind: 'committed' })
    expect(await box.prune()).toMatchObject({ condemned: none })
  })

  test('gives up what a computer sent that was not heard from for 30 days', async () => {
    const { VersionWriter } = await import('../../support/version-writer.ts')
    const writer = new VersionWriter(box.computer.secrets)
    writer.file('first', file())
    const session = await box.computer.target.openSession({ job: 'documents', parent: undefined })
    for (const pack of writer.takePacks()) await session.putPack(pack)
    await session.abort({ code: 'HF-CANCELLED', detail: 'the computer was sold' })
    await box.pass(29 * dayMs)
    expect(await box.prune()).toMatchObject({ condemned: none })
    await box.pass(2 * dayMs)
    expect(await box.prune()).toMatchObject({ condemned: { packs: 1 } })
  })

  test('takes the same sealed pack again after its purge', async () => {
    const { VersionWriter, commitTree } = await import('../../support/version-writer.ts')
    const writer = new VersionWriter(box.computer.secrets)
    const root = writer.tree([writer.file('a', file())])
    const packs = writer.takePacks()
    const send = async () => {
      const session = await box.computer.target.openSession({ job: 'documents', parent: undefined })
      for (const pack of packs) await session.putPack(pack)
      const answer = await commitTree(session, writer, { root, device: box.computer.device })
      if (answer.kind !== 'committed') throw new Error(answer.kind)
      return answer.id
    }
    await box.forget(await send())
    await box.prune({ speed: 'now' })
    expect(await box.states()).toEqual({ purged: 2 })
    for (const { id } of packs) expect(existsSync(box.computer.place.packFile(id))).toBe(false)
    await send()
    expect(await box.states()).toEqual({ stored: 2 })
    for (const { id } of packs) expect(existsSync(box.computer.place.packFile(id))).toBe(true)
    await box.pass(30 * dayMs)
    expect(await box.prune()).toMatchObject({ condemned: none, purged: none })
  })

  test('takes the same sealed pack again while its old file lies in the trash', async () => {
    const { VersionWriter, commitTree } = await import('../../support/version-writer.ts')
    const writer = new VersionWriter(box.computer.secrets)
    const root = writer.tree([writer.file('a', file())])
    const packs = writer.takePacks()
    const send = async () => {
      const session = await box.computer.target.openSession({ job: 'documents', parent: undefined })
      for (const pack of packs) await session.putPack(pack)
      const answer = await commitTree(session, writer, { root, device: box.computer.device })
      if (answer.kind !== 'committed') throw new Error(answer.kind)
      return answer.id
    }
    await box.forget(await send())
    await box.prune()
    await box.pass(dayMs)
    await box.prune()
    expect(await box.states()).toEqual({ trashed: 2 })
    await send()
    expect(await box.states()).toEqual({ stored: 2 })
    const before = box.diskBytes()
    const done = await box.prune()
    expect(done.diskFreedBytes).toBeGreaterThan(0)
    expect(box.diskBytes()).toBe(before - done.diskFreedBytes)
    expect(readdirSync(box.computer.place.trashFolder)).toEqual([])
    for (const { id } of packs) expect(existsSync(box.computer.place.packFile(id))).toBe(true)
  })

  test('removes a file that came back after its purge without a row', async () => {
    await box.forget(await box.commit({ a: file() }))
    const { kysely } = box.upload.box.database
    const rows = await kysely.selectFrom('packs').select('pack_id').execute()
    const kept = rows.map(({ pack_id }) => {
      const path = box.computer.place.packFile(pack_id.toString('hex') as never)
      return { path, bytes: readFileSync(path) }
    })
    await box.prune({ speed: 'now' })
    for (const { path, bytes } of kept) writeFileSync(path, bytes)
    const before = box.diskBytes()
    const done = await box.prune()
    expect(done.diskFreedBytes).toBeGreaterThan(0)
    expect(box.diskBytes()).toBe(before - done.diskFreedBytes)
    for (const { path } of kept) expect(existsSync(path)).toBe(false)
  })

  test('puts together small packs once twenty of a kind exist, and what they held is read as before', async () => {
    const ids: string[] = []
    for (let count = 0; count < 20; count += 1) ids.push(await box.commit({ [`f${count}`]: file(3000) }))
    const done = await box.prune()
    expect(done).toMatchObject({ repacked: { packs: 40 }, condemned: none, abandoned: 0 })
    expect(await box.states()).toEqual({ stored: 2, trashed: 40 })
    for (const id of ids) expect(await restorable(id)).toBe(true)
    await box.pass(7 * dayMs)
    await box.prune()
    expect(await box.states()).toEqual({ stored: 2, purged: 40 })
    for (const id of ids) expect(await restorable(id)).toBe(true)
    expect(await box.prune()).toMatchObject({ repacked: none })
  })

  test('takes the live records out of a pack that is mostly dead', async () => {
    const { VersionWriter, commitTree } = await import('../../support/version-writer.ts')
    const writer = new VersionWriter(box.computer.secrets)
    const [large, small] = [writer.file('large', file(90_000)), writer.file('small', file(5000))]
    const session = await box.computer.target.openSession({ job: 'documents', parent: undefined })
    const answer = await commitTree(session, writer, { root: writer.tree([large, small]), device: box.computer.device })
    const next = await box.computer.target.openSession({ job: 'documents', parent: undefined })
    const kept = await commitTree(next, writer, { root: writer.tree([small]), device: box.computer.device })
    if (answer.kind !== 'committed' || kept.kind !== 'committed') throw new Error('not committed')
    await box.forget(answer.id)
    const before = box.diskBytes()
    const done = await box.prune({ speed: 'now' })
    expect(done).toMatchObject({ repacked: { packs: 1 }, condemned: { packs: 1 } })
    expect(done.copiedBytes).toBeLessThan(10_000)
    expect(box.diskBytes()).toBeLessThan(before - 90_000)
    expect(await restorable(kept.id)).toBe(true)
  })

  test('counts what a plan uses by what its versions reach', async () => {
    const { subscriptionId } = box.computer.identity
    const used = () => readUsedBytes(box.upload.box.database.kysely, subscriptionId)
    expect(await used()).toBe(0)
    const old = await box.commit({ a: file(50_000) })
    const afterFirst = await used()
    expect(afterFirst).toBeGreaterThan(50_000)
    await box.commit({ b: file(10_000) })
    const afterBoth = await used()
    await box.prune()
    expect(await used()).toBe(afterBoth)
    await box.forget(old)
    expect(await used()).toBe(afterBoth)
    await box.prune()
    expect(await used()).toBe(afterBoth - afterFirst)
    await box.commit({ c: file(10_000) })
    expect(await used()).toBeGreaterThan(afterBoth - afterFirst + 10_000)
    await box.pass(hourMs)
  })
})

async function firstChunk(box: PruneBox) {
  const row = await box.upload.box.database.kysely
    .selectFrom('chunks')
    .select('chunk_id')
    .where('type', '=', 1)
    .executeTakeFirst()
  const any = row ?? (await box.upload.box.database.kysely.selectFrom('chunks').select('chunk_id').executeTakeFirstOrThrow())
  return any.chunk_id as never
}
