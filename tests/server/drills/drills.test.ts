/** Drills over repositories that real backups made: what they prove, what they find, and what they leave behind. */
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Kysely } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { bytesOfText, textOfBytes } from '../../../engine/index.ts'
import { up as migrate } from '../../../migrations/0026-damaged-drills.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { type Drill, type DrillEvidence, noCounts } from '../../../server/drills/drill.ts'
import { drillVersion, type VersionToDrill } from '../../../server/drills/drill-version.ts'
import { endDrill, insertDrill } from '../../../server/drills/drills-table.ts'
import { openScratch, type Scratch } from '../../../server/drills/scratch.ts'
import { mappingStates, packStates } from '../../../server/packs/pack.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { VolumeError } from '../../../server/storage-volumes/storage-volume.ts'
import { type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'
import { type DrillOffice, drillOffice, hurtRecord, secretName, sha256Of } from './office.ts'

const dayMs = 86_400_000
let upload: UploadBox
let at: DrillOffice
const box = () => upload.box
const drills = () => box().drills
const run = (signal = new AbortController().signal) => drills().run({ signal, onProgress: () => {} })

beforeAll(async () => {
  upload = await uploadBox()
})
afterAll(() => upload[Symbol.asyncDispose]())
beforeEach(async () => {
  at = await drillOffice(upload)
})
afterEach(async () => {
  // What a test left waiting is not the next one's.
  await box().database.kysely.deleteFrom('drills').execute()
  const { deviceId } = at.computer.identity
  await box().database.kysely.updateTable('devices').set({ state: 'forgotten' }).where('id', '=', deviceId).execute()
  await at[Symbol.asyncDispose]()
})

const evidenceOf = async ({ drillId }: Drill): Promise<DrillEvidence> => (await drills().findEvidence(drillId))!
const standing = async () => (await drills().standings([at.computer.identity.deviceId])).get(at.computer.identity.deviceId)
const alarmsOf = async (code: string) => {
  const open = await box().care.alarms.list({ reach: 'all', after: 0, limit: 200 })
  return open.filter((alarm) => alarm.code === code && alarm.deviceId === at.computer.identity.deviceId)
}
const shortName = (path: string) => {
  const bytes = bytesOfText(path)
  return bytes.subarray(at.folder.length).toString('latin1')
}

describe('a drill', () => {
  test('brings files of the newest good version of each job back, and says of each what it was', async () => {
    box().clock.advance(1000)
    await at.backUp('pictures')
    const drill = await at.drill()
    expect(drill).toMatchObject({ state: 'proved', cause: 'person', askedBy: 'holdfast command', program: '0.0.0-test' })
    expect(drill.counts).toMatchObject({ versions: 2, damaged: 0 })
    const { versions } = await evidenceOf(drill)
    expect(versions.map(({ job }) => job)).toEqual(['pictures', 'documents'])
    for (const version of versions) {
      // 12 drawn, the newest, the largest; of 25 files, folders and the way down to them besides.
      expect(version.files.length).toBeGreaterThanOrEqual(12)
      expect(version.entries).toBeGreaterThan(27)
      for (const { path, sha256, problem, ranges, sizeBytes } of version.files) {
        expect({ problem, ranges }, path).toEqual({ problem: undefined, ranges: undefined })
        const source = Buffer.concat([Buffer.from('/'), bytesOfText(path)])
        expect(readFileSync(source).length).toBe(sizeBytes)
        expect(sha256, path).toBe(sha256Of(source as unknown as string))
      }
      const named = (why: string) =>
        version.files.filter((file) => file.why.some((one) => one === why)).map(({ path }) => shortName(path))
      expect(named('newest')).toEqual([Buffer.from(secretName).toString('latin1')])
      expect(named('largest')).toEqual(['pictures/large.raw'])
    }
    const files = versions.flatMap((version) => version.files)
    expect(drill.counts.files).toBe(files.length)
    expect(drill.counts.bytes).toBe(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
    expect(at.isScratchEmpty()).toBe(true)
    expect(await standing()).toMatchObject({ outcome: 'proved', provedDrill: drill.drillId, provedAt: drill.endedAt })
  })

  test('is asked for once: while one waits, asking again is answered with it', async () => {
    const first = await drills().order(await at.device(), actingOnTheBox)
    const second = await drills().order(await at.device(), actingOnTheBox)
    expect(second.drillId).toBe(first.drillId)
    const rows = await box()
      .database.kysely.selectFrom('audit')
      .select('action')
      .where('object_id', '=', at.computer.identity.deviceId)
      .where('action', '=', 'drill.ordered')
      .execute()
    expect(rows).toHaveLength(1)
  })

  test('without a good version is refused', async () => {
    const device = { ...(await at.device()), lastGoodVersion: undefined }
    await expect(drills().order(device, actingOnTheBox)).rejects.toMatchObject({ fault: 'no-version' })
  })

  const drillNewest = async (scratch: Scratch, more: Partial<VersionToDrill> = {}) => {
    const [version] = await box().devicesSide.snapshots.findByIds([(await at.device()).lastGoodVersion!])
    const repository = (await box().repositories.find(version!.repositoryId))!
    const { signal } = new AbortController()
    const quiet = { pause: async () => {}, onNames: () => {}, onBytes: () => {} }
    return await drillVersion({
      version: version!,
      records: box().records.source(repository),
      secrets: await box().repositories.openSecrets(repository),
      randomBytes: systemRandomness.bytes,
      source: box().devicesSide.plaintexts.source(repository, { isUrgent: false, signal }),
      ...{ scratch, seed: 1, again: [], budgetBytes: 0, ...quiet, signal, ...more },
    })
  }

  test('reads of a file that is too large for it some ranges, from the first byte to the last, and says which', async () => {
    await using scratch = await openScratch(box().dataFolder, 'ranges')
    const { drilled, counts } = await drillNewest(scratch)
    const large = drilled.files.find(({ why }) => why.includes('largest'))
    const bytes = readFileSync(join(at.folder, 'pictures', 'large.raw'))
    const readTwice = drilled.files.filter(({ ranges }) => ranges !== undefined).length
    const files = drilled.files.length - readTwice
    expect(counts).toMatchObject({ damaged: 0, files, untimed: 0, readTwice, readTwiceBytes: readTwice * 1024 ** 2 })
    expect(large).toMatchObject({ way: 'read-twice', isTimeCompared: false })
    expect(large?.ranges).toHaveLength(8)
    expect([large?.ranges?.[0]?.start, large?.ranges?.at(-1)?.end]).toEqual([0, bytes.length])
    const read = Buffer.concat(large!.ranges!.map(({ start, end }) => bytes.subarray(start, end)))
    expect(large?.sha256).toBe(createHash('sha256').update(read).digest('hex'))
  })

  test('without room on the box’s disk only reads, and says so', async () => {
    await using scratch = await openScratch(box().dataFolder, 'full')
    const demandRoom = async (bytes: number) => {
      if (bytes > 1024 ** 2) throw new VolumeError('full', 'no room')
    }
    const { drilled, counts, cut, noRoom } = await drillNewest({ ...scratch, demandRoom }, { budgetBytes: 1024 ** 3 })
    expect({ cut, noRoom: noRoom?.fault }).toEqual({ cut: undefined, noRoom: 'full' })
    const large = drilled.files.find(({ why }) => why.includes('largest'))
    expect(large).toMatchObject({ way: 'read-twice', ranges: undefined })
    expect(large?.sha256).toBe(sha256Of(join(at.folder, 'pictures', 'large.raw')))
    expect(counts.damaged).toBe(0)
    expect(counts.files + counts.readTwice).toBe(drilled.files.length)
  })

  test('of a version without files proves nothing', async () => {
    const { computer } = at
    const writer = new VersionWriter(computer.secrets)
    const session = await computer.target.openSession({ job: 'documents', parent: undefined })
    const root = writer.tree([])
    expect((await commitTree(session, writer, { root, device: computer.device })).kind).toBe('committed')
    expect(await at.drill()).toMatchObject({ state: 'not-run', reason: 'nothing' })
    expect(await standing()).toMatchObject({ outcome: 'not-run', provedAt: undefined })
  })

  test('a name that the box’s disk cannot hold is no damage: its bytes are compared all the same', async () => {
    const { computer } = at
    const writer = new VersionWriter(computer.secrets)
    const session = await computer.target.openSession({ job: 'documents', parent: undefined })
    const content = Buffer.from('minutes of the meeting '.repeat(100))
    const root = writer.tree([writer.file('Ü'.repeat(250), content), writer.file('short', content)])
    expect((await commitTree(session, writer, { root, device: computer.device })).kind).toBe('committed')
    const drill = await at.drill()
    const files = (await evidenceOf(drill)).versions.flatMap((version) => version.files)
    const sha256 = createHash('sha256').update(content).digest('hex')
    expect(files).toMatchObject([{ sha256 }, { sha256 }])
    expect(files.map(({ problem, ranges }) => ({ problem, ranges }))).toEqual([{}, {}])
    expect(files.map(({ way }) => way).toSorted()).toEqual(['read-twice', 'restored'])
    expect(drill).toMatchObject({ state: 'proved', counts: { files: 1, readTwice: 1, damaged: 0, filesTotal: 2 } })
  })

  test('where the disk is as full as may be, brings nothing back', async () => {
    await using scratch = await openScratch(box().dataFolder, 'room')
    await expect(scratch.demandRoom(2 ** 52)).rejects.toMatchObject({ fault: 'full' })
    await scratch.demandRoom(1)
  })

  test('proves a box whose database was made again from its files', async () => {
    const { kysely } = box().database
    const before = await at.device()
    for (const name of ['snapshots', 'runs', 'chunks', 'packs', 'catalogue', 'catalogue_stages', 'key_slots'] as const)
      await kysely.deleteFrom(name).execute()
    await box().rebuild.rebuild({ signal: new AbortController().signal, onProgress: () => {} })
    expect((await at.device()).lastGoodVersion).toBe(before.lastGoodVersion)
    const drill = await at.drill()
    expect(drill).toMatchObject({ state: 'proved', counts: { versions: 1, damaged: 0 } })
  })
})

describe('damage', () => {
  test('to a file’s data is found, named, marked and told; the next backup mends it, the next drill proves it', async () => {
    for (const file of at.packFiles('data')) for (let which = 0; which < 4; which += 1) hurtRecord(file, which)
    const drill = await at.drill()
    expect(drill.state).toBe('damaged')
    const files = (await evidenceOf(drill)).versions.flatMap((version) => version.files)
    const hurt = files.filter(({ problem }) => problem !== undefined)
    expect(hurt.length).toBeGreaterThan(0)
    expect(drill.counts.damaged).toBe(hurt.length)
    for (const { problem, sha256 } of hurt) {
      expect(problem).toMatch(/record [0-9a-f]{64}|stored nowhere|brought back/)
      expect(sha256).toBeUndefined()
    }
    expect(drill.counts.files).toBe(files.length - hurt.length)

    const { kysely } = box().database
    const packs = await kysely
      .selectFrom('packs')
      .select('state')
      .where('device_id', '=', at.computer.identity.deviceId)
      .execute()
    expect(packs.map(({ state }) => state)).toContain(packStates.damaged)
    const [alarm] = await alarmsOf('HF-DRILL-FAILED')
    expect(alarm?.detail).toMatch(/could not be brought back as stored/)
    expect(alarm?.detail).not.toMatch(/letter|large|Geh/)
    expect(await standing()).toMatchObject({ outcome: 'damaged', provedAt: undefined })
    expect(at.isScratchEmpty()).toBe(true)

    await at.backUp()
    expect(await at.drill()).toMatchObject({ state: 'proved' })
    expect(await alarmsOf('HF-DRILL-FAILED')).toEqual([])
  })

  test('to one of the two copies of a folder hurts nobody', async () => {
    const [first] = at.packFiles('tree')
    for (let which = 0; which < 3; which += 1) hurtRecord(first!, which)
    expect(await at.drill()).toMatchObject({ state: 'proved', counts: { damaged: 0 } })
  })

  test('to both copies of a folder is found, and the folder is named; the others are proved', async () => {
    const trees = at.packFiles('tree')
    expect(trees).toHaveLength(2)
    // Children come before their parents: the first is one of the innermost folders.
    for (const file of trees) hurtRecord(file, 0)
    const drill = await at.drill()
    expect(drill.state).toBe('damaged')
    const [version] = (await evidenceOf(drill)).versions
    expect(version?.lost).toHaveLength(1)
    expect(shortName(version!.lost[0]!.path)).toMatch(/^(letters|pictures)$/)
    expect(version!.files.length).toBeGreaterThan(0)
    expect(version!.files.filter(({ problem }) => problem !== undefined)).toEqual([])
    const { kysely } = box().database
    const chunks = await kysely
      .selectFrom('chunks')
      .innerJoin('packs', 'packs.id', 'chunks.pack')
      .select('chunks.state')
      .where('packs.device_id', '=', at.computer.identity.deviceId)
      .execute()
    expect(chunks.filter(({ state }) => state === mappingStates.bad)).toHaveLength(1)
  })

  test('a pack that is gone is missing, and marked so', async () => {
    for (const file of at.packFiles('data')) rmSync(file)
    const drill = await at.drill()
    expect(drill.state).toBe('damaged')
    const packs = await box()
      .database.kysely.selectFrom('packs')
      .select('state')
      .where('device_id', '=', at.computer.identity.deviceId)
      .execute()
    expect(packs.map(({ state }) => state)).toContain(packStates.missing)
  })
})

describe('what was found damaged', () => {
  const path = () => textOfBytes(Buffer.from(join(at.folder, 'letters', 'inline.txt').slice(1)))
  const damagedBefore = async () => {
    const { deviceId, customerId } = await at.device()
    const drillId = newId('drl', systemRandomness)
    const asked = { drillId, deviceId, customerId, askedAt: box().clock.now(), program: 'before' }
    await insertDrill(box().database.kysely, { ...asked, cause: 'week', askedBy: undefined })
    const open = [path(), 'no/longer/there'].map((one) => ({ job: 'documents', path: one }))
    // As a box left it that was killed before it told anybody.
    await box().database.transaction((tx) =>
      endDrill(tx, {
        drill: { drillId, deviceId },
        state: 'damaged',
        endedAt: box().clock.now(),
        counts: { ...noCounts, versions: 1, damaged: 2 },
        evidence: { seed: '', versions: [], open },
      }),
    )
    return drillId
  }

  test('is told whatever happened to the box, outlives a cancelled drill, and ends when each of it was read again', async () => {
    const drillId = await damagedBefore()
    await run()
    expect((await alarmsOf('HF-DRILL-FAILED')).map(({ detail }) => detail)).toEqual([
      expect.stringMatching(/^2 files or folders/),
    ])
    await drills().cancel(await drills().order(await at.device(), actingOnTheBox), actingOnTheBox)
    await run()
    expect(await standing()).toMatchObject({ outcome: 'cancelled', damage: { drillId } })
    expect(await alarmsOf('HF-DRILL-FAILED')).toHaveLength(1)

    const drill = await at.drill()
    expect(drill.state).toBe('proved')
    const { versions, open } = await evidenceOf(drill)
    expect(versions[0]?.files.filter(({ why }) => why.includes('again')).map((file) => file.path)).toEqual([path()])
    expect(open).toEqual([])
    expect(await standing()).toMatchObject({ outcome: 'proved', damage: undefined })
    expect(await alarmsOf('HF-DRILL-FAILED')).toEqual([])
  })

  test('is known to a box that was of an earlier program, where nothing has proved since that it is mended', async () => {
    const drillId = await damagedBefore()
    const { kysely } = box().database
    const standings = kysely.updateTable('drill_standings').where('device_id', '=', at.computer.identity.deviceId)
    await standings.set({ damaged_at: null, damaged_drill: null, outcome: 'cancelled' }).execute()
    await migrate(kysely as unknown as Kysely<unknown>)
    expect(await standing()).toMatchObject({ damage: { drillId } })
    await standings.set({ damaged_at: null, damaged_drill: null, proved_at: box().clock.now() }).execute()
    await migrate(kysely as unknown as Kysely<unknown>)
    expect(await standing()).toMatchObject({ damage: undefined })
  })

  test('is not told of any more when its computer is being forgotten', async () => {
    await damagedBefore()
    await run()
    expect(await alarmsOf('HF-DRILL-FAILED')).toHaveLength(1)
    const { deviceId } = at.computer.identity
    await box().database.kysely.updateTable('devices').set({ state: 'forgotten' }).where('id', '=', deviceId).execute()
    await run()
    expect(await alarmsOf('HF-DRILL-FAILED')).toEqual([])
  })

  test('is not lost when something ends the drill later', async () => {
    await at.backUp('pictures')
    for (const file of at.packFiles('data')) for (let which = 0; which < 4; which += 1) hurtRecord(file, which)
    const drill = await drills().order(await at.device(), actingOnTheBox)
    let asked: Promise<void> | undefined
    await drills().run({
      signal: new AbortController().signal,
      onProgress: (_drill, { versions }) => {
        if (versions === 1) asked ??= drills().cancel(drill, actingOnTheBox)
      },
    })
    await asked
    expect((await drills().find(drill.drillId))?.state).toBe('damaged')
    expect((await evidenceOf(drill)).open.length).toBeGreaterThan(0)
    expect(await alarmsOf('HF-DRILL-FAILED')).toHaveLength(1)
    const packs = await box()
      .database.kysely.selectFrom('packs')
      .select('state')
      .where('device_id', '=', at.computer.identity.deviceId)
      .execute()
    expect(packs.map(({ state }) => state)).toContain(packStates.damaged)
    expect(at.isScratchEmpty()).toBe(true)
  })
})

describe('what cannot run', () => {
  const volumeId = () => join(box().dataFolder, 'repositories', 'volume-id')

  test('says why, is no alarm by itself, and is tried again the next day; after thirty days somebody is told', async () => {
    const right = readFileSync(volumeId())
    writeFileSync(volumeId(), `${'0'.repeat(32)}\n`)
    try {
      const drill = await at.drill()
      expect(drill).toMatchObject({ state: 'not-run', reason: 'no-disk' })
      expect(await standing()).toMatchObject({ outcome: 'not-run', provedAt: undefined })
      expect(await alarmsOf('HF-DRILL-FAILED')).toEqual([])
      expect(await drills().dueAtOf(await at.device())).toBeLessThanOrEqual(drill.endedAt! + dayMs)
      expect(await alarmsOf('HF-DRILL-OVERDUE')).toEqual([])
      box().clock.advance(31 * dayMs)
      await run()
      expect(await alarmsOf('HF-DRILL-OVERDUE')).toHaveLength(1)
    } finally {
      writeFileSync(volumeId(), right)
    }
    expect(await at.drill()).toMatchObject({ state: 'proved' })
    expect(await alarmsOf('HF-DRILL-OVERDUE')).toEqual([])
  })

  test('cancelled while it waits, it is over at once', async () => {
    const drill = await drills().order(await at.device(), actingOnTheBox)
    await drills().cancel(drill, actingOnTheBox)
    expect(await run()).toMatchObject({ proved: 0 })
    expect((await drills().find(drill.drillId))?.state).toBe('cancelled')
    await expect(drills().cancel(drill, actingOnTheBox)).rejects.toMatchObject({ fault: 'ended' })
  })

  test('cancelled while it runs, it ends soon, and leaves nothing', async () => {
    const drill = await drills().order(await at.device(), actingOnTheBox)
    let asked: Promise<void> | undefined
    await drills().run({
      signal: new AbortController().signal,
      onProgress: () => {
        asked ??= drills().cancel(drill, actingOnTheBox)
      },
    })
    await asked
    expect((await drills().find(drill.drillId))?.state).toBe('cancelled')
    expect(at.isScratchEmpty()).toBe(true)
    expect(await standing()).toMatchObject({ outcome: 'cancelled', provedAt: undefined })
  })

  test('the chore ended by somebody: what runs and what waits is cancelled, and does not begin again', async () => {
    const drill = await drills().order(await at.device(), actingOnTheBox)
    const stop = new AbortController()
    const ended = drills().run({ signal: stop.signal, onProgress: () => stop.abort(new Error('somebody ended it')) })
    await expect(ended).rejects.toThrow('somebody ended it')
    expect((await drills().find(drill.drillId))?.state).toBe('cancelled')
    expect(at.isScratchEmpty()).toBe(true)
    expect(await run()).toMatchObject({ proved: 0 })
  })
})

describe('a box that is killed', () => {
  const kill = async (drill: Drill) => {
    const scratch = join(box().dataFolder, 'tmp', 'drills', drill.drillId, '3')
    mkdirSync(scratch, { recursive: true, mode: 0o700 })
    writeFileSync(join(scratch, secretName), 'somebody’s wages')
    await box()
      .database.kysely.updateTable('drills')
      .set({ state: 'running', attempts: drill.attempts + 1 })
      .where('id', '=', drill.drillId)
      .execute()
    // What the next start does, before anything else.
    await drills().start()
    expect(existsSync(scratch)).toBe(false)
    expect(at.isScratchEmpty()).toBe(true)
    return (await drills().find(drill.drillId))!
  }

  test('leaves nothing of anybody’s files, and begins the drill again', async () => {
    const drill = await kill(await drills().order(await at.device(), actingOnTheBox))
    expect(drill).toMatchObject({ state: 'waiting', attempts: 1 })
    await run()
    expect(await drills().find(drill.drillId)).toMatchObject({ state: 'proved', attempts: 2 })
  })

  test('three times in the middle of one gives it up', async () => {
    let drill = await drills().order(await at.device(), actingOnTheBox)
    for (let times = 0; times < 3; times += 1) drill = await kill(drill)
    expect(await run()).toMatchObject({ notRun: 1 })
    expect(await drills().find(drill.drillId)).toMatchObject({ state: 'not-run', reason: 'stopped' })
  })
})

describe('by itself', () => {
  const weekly = async () =>
    (await drills().list({ deviceId: at.computer.identity.deviceId, before: undefined, limit: 100 })).filter(
      ({ cause }) => cause === 'week',
    )
  const tick = async () => {
    await box().care.chores.tick()
    await box().care.chores.settled('drills')
  }

  test('once a week, by the chore; weeks that were missed are caught up once', async () => {
    const due = (await drills().dueAtOf(await at.device()))!
    box().clock.advance(due - box().clock.now() - 60_000)
    await tick()
    expect(await weekly()).toEqual([])
    box().clock.advance(60_000)
    await tick()
    expect(await weekly()).toMatchObject([{ state: 'proved', askedBy: undefined }])
    await tick()
    expect(await weekly()).toHaveLength(1)
    // Off for a month.
    box().clock.advance(31 * dayMs)
    await tick()
    await tick()
    expect(await weekly()).toHaveLength(2)
    const view = (await box().care.chores.list()).find(({ chore }) => chore.name === 'drills')
    expect(view?.state.summary).toMatch(/No restore was due|Proved/)
  })

  test('not while a backup moves bytes: it waits without keeping others from their turn, and who asks need not wait', async () => {
    const due = (await drills().dueAtOf(await at.device()))!
    box().clock.advance(due - box().clock.now())
    await at.backUp()
    expect(await run()).toMatchObject({ proved: 0, waiting: 1 })
    const [waiting] = await weekly()
    expect(waiting?.state).toBe('waiting')
    expect(drills().waitsForQuiet(waiting!)).toBe(true)
    expect(await drills().dueAt()).toBeGreaterThan(box().clock.now())
    box().clock.advance(3000)
    expect(await drills().dueAt()).toBeLessThanOrEqual(box().clock.now())
    expect(await run()).toMatchObject({ proved: 1, waiting: 0 })
  })

  test('for a quarter of an hour at a time: what still waits comes after others had their turn', async () => {
    await using second = await drillOffice(upload)
    for (const office of [at, second]) await drills().order(await office.device(), actingOnTheBox)
    const signal = new AbortController().signal
    let isLong = false
    const first = await drills().run({
      signal,
      onProgress: () => {
        if (!isLong) box().clock.advance(16 * 60_000)
        isLong = true
      },
    })
    expect(first).toMatchObject({ proved: 1, waiting: 1 })
    expect(await drills().dueAt()).toBeLessThanOrEqual(box().clock.now())
    expect(await run()).toMatchObject({ proved: 1, waiting: 0 })
  })
})
