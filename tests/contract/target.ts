// What every backup target promises (engine/repository/target.ts): the same suite for plain files and for the appliance.

import { createHash, randomBytes } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { BackupSession, BackupTarget, ChunkId, DeviceId, PackId, RepositorySecrets, SealedPack } from '../../engine/index.ts'
import { chunkKey, isInFilter, newRepositorySecrets, parseChunkId, readHeader, readSnapshotFile } from '../../engine/index.ts'
import { commitTree, VersionWriter } from '../support/version-writer.ts'

export interface TargetUnderTest extends AsyncDisposable {
  readonly target: BackupTarget
  readonly device: DeviceId
  readonly secrets: RepositorySecrets
  /** Another device of the same repository. */
  readonly other: { readonly target: BackupTarget; readonly device: DeviceId }
}

export function targetContract(title: string, open: () => Promise<TargetUnderTest>): void {
  describe(`${title} keeps the promises of a backup target`, () => {
    let opened: TargetUnderTest
    let target: BackupTarget
    let device: DeviceId
    let writer: VersionWriter
    beforeEach(async () => {
      opened = await open()
      target = opened.target
      device = opened.device
      writer = new VersionWriter(opened.secrets)
    })
    afterEach(async () => await opened[Symbol.asyncDispose]())

    const request = { job: 'documents', parent: undefined }
    const openSession = () => target.openSession(request)
    /** A job runs once at a time; several at once are several jobs. */
    const openSessionOf = (job: string) => target.openSession({ ...request, job })
    const someData = (length = 1000) => writer.data(randomBytes(length))
    const putAll = async (session: BackupSession) => {
      const packs = writer.takePacks()
      for (const pack of packs) await session.putPack(pack)
      return packs
    }
    const readIds = async (ids: readonly ChunkId[]) => {
      const found = new Set<string>()
      for await (const record of target.readRecords(ids)) found.add(chunkKey(readHeader(record).chunkId))
      return ids.map((id) => found.has(chunkKey(id)))
    }
    /** A version of one file with random bytes. */
    const newRoot = (bytes = randomBytes(2000)) => writer.tree([writer.file('file', bytes)])

    describe('when nothing was stored', () => {
      test('it has nothing and lists nothing', async () => {
        const session = await openSession()
        expect(await session.have([someData(), someData()])).toEqual([false, false])
        expect(await session.filter()).toBeUndefined()
        expect(session.head.previous).toBeUndefined()
        expect(session.isParentHeld).toBe(false)
        expect(await Array.fromAsync(target.listSnapshots())).toEqual([])
        expect(await readIds([someData()])).toEqual([false])
      })
    })

    describe('packs', () => {
      test('once put, their records are there and come back byte for byte', async () => {
        const session = await openSession()
        const ids = Array.from({ length: 20 }, () => someData())
        const absent = parseChunkId(randomBytes(32))
        const [pack] = await putAll(session)
        expect(await session.have([...ids, absent])).toEqual([...ids.map(() => true), false])
        const read = await Array.fromAsync(target.readRecords([...ids, absent]), (record) => Buffer.from(record))
        expect(read).toHaveLength(ids.length)
        for (const record of read) expect(pack!.bytes.includes(record)).toBe(true)
      })

      test('of trees come back as well', async () => {
        const session = await openSession()
        const root = newRoot()
        await putAll(session)
        expect(await session.have([root])).toEqual([true])
        expect(await readIds([root])).toEqual([true])
      })

      test('may be put again, and twice at once', async () => {
        const session = await openSession()
        const id = someData()
        const [pack] = await putAll(session)
        await Promise.all([session.putPack(pack!), session.putPack(pack!)])
        expect(await readIds([id])).toEqual([true])
      })

      test('may share records with others', async () => {
        const session = await openSession()
        const bytes = randomBytes(1000)
        const id = writer.data(bytes)
        await putAll(session)
        const second = new VersionWriter(opened.secrets)
        second.data(bytes)
        for (const pack of second.takePacks()) await session.putPack(pack)
        expect(await Array.fromAsync(target.readRecords([id]))).toHaveLength(1)
      })

      const damages: { title: string; damage: (pack: SealedPack) => SealedPack }[] = [
        { title: 'a flipped bit', damage: (pack) => withBytes(pack, flip(pack.bytes, pack.bytes.length >> 1)) },
        { title: 'a truncated pack', damage: (pack) => withBytes(pack, pack.bytes.subarray(0, -1)) },
        { title: 'bytes after the end', damage: (pack) => withBytes(pack, Buffer.concat([pack.bytes, Buffer.alloc(1)])) },
        { title: 'an id of other bytes', damage: (pack) => ({ ...pack, id: '0'.repeat(64) as PackId }) },
        {
          title: 'a damaged index under its right id',
          damage: (pack) => withOwnId(pack, flip(pack.bytes, pack.bytes.length - 100)),
        },
        { title: 'no pack at all under its right id', damage: (pack) => withOwnId(pack, randomBytes(5000)) },
      ]
      test.each(damages)('$title is refused and leaves nothing', async ({ damage }) => {
        const session = await openSession()
        const id = someData(10_000)
        const [pack] = writer.takePacks()
        await expect(session.putPack(damage(pack!))).rejects.toThrow()
        expect(await session.have([id])).toEqual([false])
        await session.putPack(pack!)
        expect(await readIds([id])).toEqual([true])
      })

      test('of another repository are refused', async () => {
        const session = await openSession()
        const foreign = new VersionWriter(newRepositorySecrets(randomBytes))
        const id = foreign.data(randomBytes(1000))
        await expect(session.putPack(foreign.takePacks()[0]!)).rejects.toThrow()
        expect(await session.have([id])).toEqual([false])
      })

      test('of a version are all in the filter of the next session', async () => {
        const session = await openSession()
        const ids = Array.from({ length: 50 }, () => someData(100))
        const root = writer.tree(ids.map((id, index) => fileOf(`file ${index}`, id, 100)))
        expect(await commitTree(session, writer, { root, device })).toMatchObject({ kind: 'committed' })
        const filter = await (await openSession()).filter()
        for (const id of [root, ...ids]) expect(filter === undefined || isInFilter(filter, id)).toBe(true)
      })
    })

    describe('versions', () => {
      test('once committed, are listed and come back byte for byte', async () => {
        const session = await openSession()
        const root = newRoot()
        await putAll(session)
        const file = writer.snapshotFile({ root, head: session.head, device })
        const { id, envelope } = readSnapshotFile(file)
        const answer = await session.commit(file, { isCheckpoint: false })
        expect(answer).toEqual({ kind: 'committed', id, seq: envelope.seq, verdict: 'ok', next: undefined })
        expect(await target.readSnapshot(id)).toEqual(file)
        expect(await Array.fromAsync(target.listSnapshots())).toEqual([{ id, envelope }])
      })

      test('form a chain', async () => {
        const ids = []
        for (let round = 0; round < 3; round++) {
          const session = await openSession()
          expect(session.head.previous).toBe(ids.at(-1))
          const answer = await commitTree(session, writer, { root: newRoot(), device })
          if (answer.kind !== 'committed') throw new Error(answer.kind)
          ids.push(answer.id)
        }
        const listed = await Array.fromAsync(target.listSnapshots())
        expect(listed.map((snapshot) => snapshot.id)).toEqual(ids)
        expect(listed.map((snapshot) => snapshot.envelope.previous)).toEqual([undefined, ids[0], ids[1]])
      })

      test('are parents when they are asked for, and others are not', async () => {
        const answer = await commitTree(await openSession(), writer, { root: newRoot(), device })
        if (answer.kind !== 'committed') throw new Error(answer.kind)
        expect((await target.openSession({ job: 'documents', parent: answer.id })).isParentHeld).toBe(true)
        const unknown = '0'.repeat(64) as typeof answer.id
        expect((await target.openSession({ job: 'documents', parent: unknown })).isParentHeld).toBe(false)
      })

      test('end their session', async () => {
        const session = await openSession()
        await commitTree(session, writer, { root: newRoot(), device })
        await expect(async () => await session.have([someData()])).rejects.toThrow()
      })

      test('of another device are not seen', async () => {
        const { other } = opened
        const answer = await commitTree(await other.target.openSession(request), writer, {
          root: newRoot(),
          device: other.device,
        })
        if (answer.kind !== 'committed') throw new Error(answer.kind)
        expect(await Array.fromAsync(target.listSnapshots())).toEqual([])
        await expect(target.readSnapshot(answer.id)).rejects.toThrow()
        expect((await openSession()).head.previous).toBeUndefined()
      })

      test('in the name of another device are refused', async () => {
        const session = await openSession()
        const root = newRoot()
        await putAll(session)
        const file = writer.snapshotFile({ root, head: session.head, device: opened.other.device })
        await expect(async () => await session.commit(file, { isCheckpoint: false })).rejects.toThrow()
        expect(await Array.fromAsync(opened.other.target.listSnapshots())).toEqual([])
      })

      test('with a flipped bit are refused', async () => {
        const session = await openSession()
        const root = newRoot()
        await putAll(session)
        const file = writer.snapshotFile({ root, head: session.head, device })
        for (const at of [2, 10, 60, 150, file.length - 1]) {
          await expect(async () => await session.commit(flip(file, at), { isCheckpoint: false })).rejects.toThrow()
        }
        expect(await Array.fromAsync(target.listSnapshots())).toEqual([])
        expect(await session.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'committed' })
      })

      test('of which the answer was lost may be committed again', async () => {
        const session = await openSession()
        const root = newRoot()
        await putAll(session)
        const file = writer.snapshotFile({ root, head: session.head, device })
        const first = await session.commit(file, { isCheckpoint: false })
        const again = await (await openSession()).commit(file, { isCheckpoint: false })
        expect(again).toMatchObject({ kind: 'committed', id: first.kind === 'committed' ? first.id : '' })
        expect(await Array.fromAsync(target.listSnapshots())).toHaveLength(1)
      })
    })

    describe('a version that lacks something', () => {
      test('is refused with what it lacks, and succeeds once that was sent', async () => {
        const session = await openSession()
        const bytes = [randomBytes(3000), randomBytes(3000), randomBytes(3000)]
        const absent = new VersionWriter(opened.secrets)
        const missing = [absent.data(bytes[1]!), absent.data(bytes[2]!)]
        const present = writer.data(bytes[0]!)
        const root = writer.tree([fileOf('a', present, 3000), fileOf('b', missing[0]!, 3000), fileOf('c', missing[1]!, 3000)])
        const answer = await commitTree(session, writer, { root, device })
        expect(answer).toMatchObject({ kind: 'missing', isComplete: true })
        expect(sorted(answer.kind === 'missing' ? answer.ids : [])).toEqual(sorted(missing))
        expect(await Array.fromAsync(target.listSnapshots())).toEqual([])

        for (const pack of absent.takePacks()) await session.putPack(pack)
        expect(await commitTree(session, writer, { root, device })).toMatchObject({ kind: 'committed' })
      })

      test('is refused when a folder in the middle is missing', async () => {
        const session = await openSession()
        const absent = new VersionWriter(opened.secrets)
        const folder = absent.tree([absent.file('deep', randomBytes(600))])
        const root = writer.tree([writer.directory('folder', folder)])
        const answer = await commitTree(session, writer, { root, device })
        expect(answer.kind === 'missing' && answer.ids.map(chunkKey)).toEqual([chunkKey(folder)])
      })

      test('is refused when its root is missing', async () => {
        const session = await openSession()
        const root = new VersionWriter(opened.secrets).tree([])
        const answer = await commitTree(session, writer, { root, device })
        expect(answer.kind === 'missing' && answer.ids.map(chunkKey)).toEqual([chunkKey(root)])
      })

      test('is refused when a part of a list is missing', async () => {
        const session = await openSession()
        const absent = new VersionWriter(opened.secrets)
        const list = writer.list([{ kind: 'data', length: 700, id: absent.data(randomBytes(700)) }])
        const root = writer.tree([{ ...writer.file('file', Buffer.alloc(0)), size: 700, content: { kind: 'list', id: list } }])
        expect(await commitTree(session, writer, { root, device })).toMatchObject({ kind: 'missing' })
      })
    })

    describe('two sessions at once', () => {
      test('the later one is told the new head, and succeeds with it', async () => {
        const [first, second] = [await openSessionOf('first'), await openSessionOf('second')]
        const answer = await commitTree(first, writer, { root: newRoot(), device, body: { job: 'first' } })
        if (answer.kind !== 'committed') throw new Error(answer.kind)
        const root = newRoot()
        await putAll(second)
        const body = { job: 'second' }
        const stale = await second.commit(writer.snapshotFile({ root, head: second.head, device, body }), { isCheckpoint: false })
        if (stale.kind !== 'stale-head') throw new Error(stale.kind)
        expect(stale.head.previous).toBe(answer.id)
        expect(stale.head.seq).toBeGreaterThan(answer.seq)
        const file = writer.snapshotFile({ root, head: stale.head, device, body })
        expect(await second.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'committed' })
      })

      test('a number is given once, however many ask in the same moment', async () => {
        const jobs = ['first', 'second', 'third', 'fourth']
        const sessions = await Promise.all(jobs.map(openSessionOf))
        const files: Buffer[] = []
        for (const [index, session] of sessions.entries()) {
          const root = newRoot()
          await putAll(session)
          files.push(writer.snapshotFile({ root, head: session.head, device, body: { job: jobs[index]! } }))
        }
        const answers = await Promise.all(
          sessions.map((session, index) => session.commit(files[index]!, { isCheckpoint: false })),
        )
        expect(answers.filter((answer) => answer.kind === 'committed')).toHaveLength(1)
        expect(answers.filter((answer) => answer.kind === 'stale-head')).toHaveLength(3)
        expect(await Array.fromAsync(target.listSnapshots())).toHaveLength(1)
      })
    })

    describe('checkpoints', () => {
      const checkpoint = { isCheckpoint: true, verdict: 'partial' } as const

      test('keep the session, give way to the next one and to the version', async () => {
        const session = await openSession()
        const first = await commitTree(session, writer, { root: newRoot(), device, body: checkpoint })
        if (first.kind !== 'committed' || !first.next) throw new Error('the session has ended')
        expect(first.next.previous).toBe(first.id)
        const root = newRoot()
        await putAll(session)
        const file = writer.snapshotFile({ root, head: first.next, device, body: checkpoint })
        const second = await session.commit(file, { isCheckpoint: true })
        if (second.kind !== 'committed' || !second.next) throw new Error('the session has ended')
        expect((await Array.fromAsync(target.listSnapshots())).map(({ id }) => id)).toEqual([second.id])
        const last = await session.commit(writer.snapshotFile({ root, head: second.next, device }), { isCheckpoint: false })
        if (last.kind !== 'committed') throw new Error(last.kind)
        expect((await Array.fromAsync(target.listSnapshots())).map(({ id }) => id)).toEqual([last.id])
        expect((await openSession()).head.previous).toBe(last.id)
      })

      test('of a run that was cut off give way to the next run’s version', async () => {
        await commitTree(await openSession(), writer, { root: newRoot(), device, body: checkpoint })
        const session = await openSession()
        const answer = await commitTree(session, writer, { root: newRoot(), device })
        if (answer.kind !== 'committed') throw new Error(answer.kind)
        expect((await Array.fromAsync(target.listSnapshots())).map(({ id }) => id)).toEqual([answer.id])
      })

      test('of another job stay', async () => {
        const other = await target.openSession({ job: 'pictures', parent: undefined })
        const kept = await commitTree(other, writer, { root: newRoot(), device, body: { ...checkpoint, job: 'pictures' } })
        const answer = await commitTree(await openSession(), writer, { root: newRoot(), device })
        if (kept.kind !== 'committed' || answer.kind !== 'committed') throw new Error('not committed')
        expect((await Array.fromAsync(target.listSnapshots())).map(({ id }) => id)).toEqual([kept.id, answer.id])
      })

      test('must say that they are ones', async () => {
        const session = await openSession()
        const root = newRoot()
        await putAll(session)
        const file = writer.snapshotFile({ root, head: session.head, device })
        await expect(async () => await session.commit(file, { isCheckpoint: true })).rejects.toThrow()
      })
    })

    test('an aborted session leaves no version; the next one goes on', async () => {
      const session = await openSession()
      newRoot()
      await putAll(session)
      await session.abort({ code: 'HF-CANCELLED', detail: 'somebody pressed Ctrl-C' })
      expect(await Array.fromAsync(target.listSnapshots())).toEqual([])
      expect(await commitTree(await openSession(), writer, { root: newRoot(), device })).toMatchObject({ kind: 'committed' })
    })
  })
}

function fileOf(name: string, id: ChunkId, size: number) {
  const common = { mode: 0o644, uid: 0, gid: 0, mtimeNs: 0n, extensions: [] }
  const content = { kind: 'chunks', items: [{ kind: 'data', length: size, id }] } as const
  return { type: 'file', name: Buffer.from(name), ...common, size, content } as const
}

function withBytes(pack: SealedPack, bytes: Buffer): SealedPack {
  return { ...pack, bytes }
}

function withOwnId(pack: SealedPack, bytes: Buffer): SealedPack {
  return { ...pack, bytes, id: createHash('sha256').update(bytes).digest('hex') as PackId }
}

function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes)
  copy[at]! ^= 1
  return copy
}

function sorted(ids: readonly ChunkId[]): readonly string[] {
  return ids.map((id) => id.toString('hex')).sort()
}
