/** From "kept" to "gone": rules, the bin, undo, pins, and what an owner deletes. */
import { existsSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { snapshotName } from '../../../server/commits/snapshot-files.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import { type UploadBox, uploadBox } from '../../support/upload-box.ts'
import {
  applyFor,
  counters,
  dayMs,
  filesOf,
  hourMs,
  inBin,
  listed,
  makeVersion,
  type Office,
  officeIn,
  pass,
  setRules,
} from './versions.ts'

let upload: UploadBox
let at: Office
const box = () => upload.box
const retention = () => box().retention

beforeAll(async () => {
  upload = await uploadBox()
})
afterAll(() => upload[Symbol.asyncDispose]())
beforeEach(async () => {
  at = await officeIn(upload)
})
afterEach(() => at[Symbol.asyncDispose]())

/** Versions so many days apart; then so many days go by. */
async function versions(count: number, everyDays: number, thenDays: number): Promise<readonly Snapshot[]> {
  const made: Snapshot[] = []
  for (let index = 0; index < count; index += 1) {
    if (index > 0) await pass(box(), everyDays * dayMs)
    made.push(await makeVersion(at))
  }
  await pass(box(), thenDays * dayMs)
  return made
}

const ids = (...some: readonly (Snapshot | undefined)[]) => some.map((version) => version?.id)

describe('the rules', () => {
  test('put into the bin what none of them keeps; after seven days it goes, and its tombstone stays', async () => {
    await setRules(at, { keepLast: 2 })
    const [first, second, third, fourth] = await versions(4, 10, 10)
    expect(await applyFor(at)).toMatchObject({ binned: 2, forgotten: 0 })
    expect(await listed(at)).toEqual(ids(fourth, third))
    expect((await inBin(at)).toSorted()).toEqual(ids(first, second).toSorted())
    expect(filesOf(at)).toEqual(['1 version .bin', '2 version .bin', '3 version', '4 version'])
    expect(await counters(at)).toEqual({
      versionsCount: 2,
      firstVersionAt: third?.receivedAt,
      newestVersion: fourth?.id,
      lastGoodVersion: fourth?.id,
    })

    await pass(box(), 7 * dayMs - 1)
    expect(await applyFor(at)).toMatchObject({ binned: 0, forgotten: 0 })
    await pass(box(), 1)
    expect(await applyFor(at)).toMatchObject({ binned: 0, forgotten: 2 })
    expect(await inBin(at)).toEqual([])
    expect(filesOf(at)).toEqual(['1 .gone', '2 .gone', '3 version', '4 version'])
    expect(await applyFor(at)).toMatchObject({ binned: 0, forgotten: 0, takenBack: 0 })
  })

  test('are those of the plan while the computer has none of its own', async () => {
    // Silver: one a day for sixty days that have one.
    const made = await versions(3, 1, 800)
    await applyFor(at)
    expect(await listed(at)).toEqual(ids(...made.toReversed()))
  })

  test('that grow wider take back what lies in the bin', async () => {
    await setRules(at, { keepLast: 1 })
    const [first, second] = await versions(2, 10, 10)
    await applyFor(at)
    await setRules(at, { keepLast: 9 })
    expect(await applyFor(at)).toMatchObject({ takenBack: 1 })
    expect(await listed(at)).toEqual(ids(second, first))
    expect(filesOf(at)).toEqual(['1 version', '2 version'])
  })

  test('leave the last good version of each job, whatever they say', async () => {
    await setRules(at, {})
    const documents = await makeVersion(at)
    const pictures = await makeVersion(at, { body: { job: 'pictures' } })
    await pass(box(), 900 * dayMs)
    expect(await applyFor(at)).toMatchObject({ binned: 0 })
    expect(await listed(at)).toEqual(ids(pictures, documents))
  })

  test('wait in the box’s own time: one that was off, or whose clock jumped, empties no bin', async () => {
    await setRules(at, { keepLast: 1 })
    await versions(2, 10, 10)
    await applyFor(at)
    box().clock.advance(90 * dayMs)
    expect(await applyFor(at)).toMatchObject({ forgotten: 0 })
    expect((await inBin(at)).length).toBe(1)
  })

  test('do not end what a running backup compares with', async () => {
    await setRules(at, { keepLast: 1 })
    const [first] = await versions(2, 10, 10)
    await applyFor(at)
    await pass(box(), 8 * dayMs)
    const session = await at.computer.target.openSession({ job: 'documents', parent: first!.snapshotId })
    expect(session.isParentHeld).toBe(true)
    expect(await applyFor(at)).toMatchObject({ forgotten: 0, takenBack: 0 })
    await session.abort({ code: 'HF-RUN-INTERRUPTED', detail: 'A test.' })
    expect(await applyFor(at)).toMatchObject({ forgotten: 1 })
  })
})

describe('checkpoints', () => {
  test('of a first backup stay while nothing was finished, and go with the good version', async () => {
    await setRules(at, {})
    const session = await at.computer.target.openSession({ job: 'documents', parent: undefined })
    const root = at.writer.tree([at.writer.file('half', Buffer.alloc(700, 1))])
    for (const pack of at.writer.takePacks()) await session.putPack(pack)
    const body = { isCheckpoint: true, verdict: 'partial' } as const
    const file = at.writer.snapshotFile({ root, head: session.head, device: at.computer.device, body })
    expect(await session.commit(file, { isCheckpoint: true })).toMatchObject({ kind: 'committed' })
    await session.abort({ code: 'HF-RUN-INTERRUPTED', detail: 'A test.' })
    await pass(box(), 100 * dayMs)
    expect(await applyFor(at)).toMatchObject({ binned: 0, forgotten: 0 })
    expect((await listed(at)).length).toBe(1)
    const whole = await makeVersion(at)
    expect(await listed(at)).toEqual(ids(whole))
  })
})

describe('a person', () => {
  test('takes a version back out of the bin; it is pinned, or the rules would let it go again', async () => {
    await setRules(at, { keepLast: 1 })
    const [first, second] = await versions(2, 10, 10)
    await applyFor(at)
    expect(await retention().takeBack(first!, actingOnTheBox)).toEqual({ isPinned: true })
    expect(await applyFor(at)).toMatchObject({ binned: 0 })
    expect(await listed(at)).toEqual(ids(second, first))
    expect(filesOf(at)).toEqual(['1 version .pin', '2 version'])
    await retention().unpin(first!, actingOnTheBox)
    expect(await applyFor(at)).toMatchObject({ binned: 1 })
  })

  test('deletes even the newest version, by way of the bin', async () => {
    const [first, second] = await versions(2, 1, 0)
    await retention().remove(second!, actingOnTheBox)
    expect(await listed(at)).toEqual(ids(first))
    expect(await counters(at)).toMatchObject({ versionsCount: 1, newestVersion: first?.id, lastGoodVersion: first?.id })
    expect(await applyFor(at)).toMatchObject({ takenBack: 0, forgotten: 0 })
    expect(await retention().takeBack(second!, actingOnTheBox)).toEqual({ isPinned: false })
    expect(await counters(at)).toMatchObject({ versionsCount: 2, newestVersion: second?.id })

    await retention().remove(second!, actingOnTheBox)
    await pass(box(), 7 * dayMs)
    expect(await applyFor(at)).toMatchObject({ forgotten: 1 })
    expect(filesOf(at)).toEqual(['1 version', '2 .gone'])
  })

  test('who deletes the newest brings back what stood in its shadow', async () => {
    await setRules(at, { keepLast: 1 })
    const [first, second] = await versions(2, 10, 10)
    await applyFor(at)
    await retention().remove(second!, actingOnTheBox)
    expect(await applyFor(at)).toMatchObject({ takenBack: 1 })
    expect(await listed(at)).toEqual(ids(first))
  })

  test('deletes nothing that is pinned, and pins nothing that is in the bin', async () => {
    const [first] = await versions(1, 1, 0)
    await retention().pin(first!, actingOnTheBox)
    await expect(retention().remove(first!, actingOnTheBox)).rejects.toMatchObject({ fault: 'pinned' })
    await retention().unpin(first!, actingOnTheBox)
    await retention().remove(first!, actingOnTheBox)
    await expect(retention().pin(first!, actingOnTheBox)).rejects.toMatchObject({ fault: 'in-bin' })
    await expect(retention().remove(first!, actingOnTheBox)).rejects.toMatchObject({ fault: 'in-bin' })
    await retention().takeBack(first!, actingOnTheBox)
    await expect(retention().takeBack(first!, actingOnTheBox)).rejects.toMatchObject({ fault: 'not-in-bin' })
  })

  test('is on record', async () => {
    const [first] = await versions(1, 1, 0)
    await retention().pin(first!, actingOnTheBox)
    await retention().unpin(first!, actingOnTheBox)
    await retention().remove(first!, actingOnTheBox)
    await retention().takeBack(first!, actingOnTheBox)
    const rows = await box().database.kysely.selectFrom('audit').select('action').where('object_id', '=', first!.id).execute()
    expect(rows.map(({ action }) => action)).toEqual([
      'version.pinned',
      'version.unpinned',
      'version.deleted',
      'version.taken-back',
    ])
  })
})

describe('files and rows', () => {
  test('where they differ, the files win', async () => {
    await setRules(at, { keepLast: 9 })
    const [first, second] = await versions(2, 10, 10)
    const fileOf = (version: Snapshot | undefined, suffix: string) =>
      `${at.computer.place.snapshotFile(snapshotName(version!))}.${suffix}`
    writeFileSync(fileOf(first, 'pin'), 'this is no JSON')
    writeFileSync(fileOf(second, 'bin'), '{"at":"2026-03-01T10:00:00.000Z","by":"helen@calder-rowe.example"}\n')
    await retention().reconcile()
    expect(await inBin(at)).toEqual(ids(second))
    expect(await counters(at)).toMatchObject({ versionsCount: 1, newestVersion: first?.id })
    await expect(retention().remove(first!, actingOnTheBox)).rejects.toMatchObject({ fault: 'pinned' })

    unlinkSync(fileOf(first, 'pin'))
    unlinkSync(fileOf(second, 'bin'))
    await retention().reconcile()
    expect(await inBin(at)).toEqual([])
    await retention().remove(first!, actingOnTheBox)
  })

  test('a disk that is not there says nothing: pins and the bin stay as the rows know them', async () => {
    const [first, second] = await versions(2, 10, 10)
    await retention().pin(first!, actingOnTheBox)
    await retention().remove(second!, actingOnTheBox)
    const folder = at.computer.place.snapshotsFolder
    renameSync(folder, `${folder}.away`)
    await retention().reconcile()
    renameSync(`${folder}.away`, folder)
    expect(await inBin(at)).toEqual(ids(second))
    await expect(retention().remove(first!, actingOnTheBox)).rejects.toMatchObject({ fault: 'pinned' })
  })

  test('beside another disk than the right one nothing is let go', async () => {
    await setRules(at, { keepLast: 1 })
    await versions(2, 10, 10)
    const volumeId = join(box().dataFolder, 'repositories', 'volume-id')
    const right = readFileSync(volumeId)
    writeFileSync(volumeId, `${'0'.repeat(32)}\n`)
    await box().uploads.volumes.look()
    expect(await applyFor(at)).toMatchObject({ computersWithoutDisk: 1, binned: 0 })
    writeFileSync(volumeId, right)
    await box().uploads.volumes.tryAgain('repositories')
    expect((await listed(at)).length).toBe(2)
  })

  test('a version whose file is damaged goes like any other', async () => {
    await setRules(at, { keepLast: 1 })
    const [first] = await versions(2, 10, 10)
    const file = at.computer.place.snapshotFile(snapshotName(first!))
    writeFileSync(file, 'damaged')
    await applyFor(at)
    await pass(box(), 7 * dayMs)
    expect(await applyFor(at)).toMatchObject({ forgotten: 1 })
    expect(existsSync(file)).toBe(false)
  })
})

test('nine days of backups, the rules applied every night: what stays is what they say', async () => {
  await setRules(at, {})
  const made: Snapshot[] = []
  for (let night = 0; night < 9; night += 1) {
    for (let run = 0; run < 3; run += 1) {
      made.push(await makeVersion(at))
      await pass(box(), 8 * hourMs)
    }
    await applyFor(at)
  }
  const device = (await box().devicesSide.devices.find(at.computer.identity.deviceId))!
  const decisions = await retention().decide(device)
  const kept = decisions.filter(({ kind }) => kind === 'keep').map(({ version }) => version.id)
  expect(await listed(at)).toEqual(kept)
  // Seven days of hours, three a day; the one of exactly seven days ago is not among them.
  expect(kept.length).toBe(7 * 3 - 1)
  expect((await counters(at)).versionsCount).toBe(kept.length)
  expect((await inBin(at)).length + kept.length).toBe(made.length)
})
