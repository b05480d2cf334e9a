/**
 * The box killed at each step between "kept" and "gone", and started again: what was decided is done, what was not is as it was, and
 * no version that should stay is ever touched.
 */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import type { Snapshot } from '../../../server/snapshots/snapshot.ts'
import type { CrashPoint } from '../../../server/storage-volumes/crash-points.ts'
import { type UploadBox, uploadBox } from '../../support/upload-box.ts'
import {
  applyFor,
  counters,
  dayMs,
  filesOf,
  inBin,
  listed,
  makeVersion,
  type Office,
  officeIn,
  pass,
  setRules,
} from './versions.ts'

class Killed extends Error {}

let upload: UploadBox
let at: Office
let killAt: CrashPoint | undefined
/** Points that were reached since the last kill was ordered. */
const seen: CrashPoint[] = []
const box = () => upload.box

beforeAll(async () => {
  const reached = (point: CrashPoint) => {
    seen.push(point)
    if (point === killAt) throw new Killed(point)
  }
  upload = await uploadBox({ uploads: { reached } })
})
afterAll(() => upload[Symbol.asyncDispose]())
beforeEach(async () => {
  killAt = undefined
  at = await officeIn(upload)
})
afterEach(() => at[Symbol.asyncDispose]())

/** Ends at the point; then what a start does before anybody asks. */
async function killedAt(point: CrashPoint, work: () => Promise<unknown>): Promise<void> {
  seen.length = 0
  killAt = point
  await expect(work(), `${point} is never reached; it went by ${[...new Set(seen)].join(' ')}`).rejects.toThrow(Killed)
  killAt = undefined
  await box().uploads.adopt()
  await box().retention.reconcile()
}

async function twoVersions(): Promise<{ readonly first: Snapshot; readonly second: Snapshot }> {
  await setRules(at, { keepLast: 1 })
  const first = await makeVersion(at)
  await pass(box(), 10 * dayMs)
  const second = await makeVersion(at)
  await pass(box(), 10 * dayMs)
  return { first, second }
}

const markPoints = [
  'mark:written',
  'mark:synced',
  'mark:renamed',
  'mark:folder-synced',
  'mark:before-commit',
  'mark:committed',
] as const

describe('into the bin', () => {
  test.each(markPoints)('killed at %s', async (point) => {
    const { first, second } = await twoVersions()
    await killedAt(point, () => applyFor(at))
    const isFileThere = filesOf(at)[0] === '1 version .bin'
    // The file decides: where it is durable the version is in the bin, before that it is where it was.
    expect(await inBin(at)).toEqual(isFileThere ? [first.id] : [])
    expect(isFileThere).toBe(!['mark:written', 'mark:synced'].includes(point))
    expect((await counters(at)).versionsCount).toBe(isFileThere ? 1 : 2)
    await applyFor(at)
    expect(await listed(at)).toEqual([second.id])
    expect(await inBin(at)).toEqual([first.id])
    expect(filesOf(at)).toEqual(['1 version .bin', '2 version'])
  })
})

describe('out of the bin', () => {
  test.each(['mark:unlinked', 'mark:unlink-synced', 'mark:before-commit', 'mark:committed'] as const)(
    'killed at %s',
    async (point) => {
      const { first, second } = await twoVersions()
      await applyFor(at)
      await setRules(at, { keepLast: 2 })
      await killedAt(point, () => box().retention.takeBack(first, actingOnTheBox))
      expect(await listed(at)).toEqual([second.id, first.id])
      expect(await inBin(at)).toEqual([])
      expect(filesOf(at)).toEqual(['1 version', '2 version'])
      expect((await counters(at)).versionsCount).toBe(2)
    },
  )
})

describe('a pin', () => {
  test.each(markPoints)('killed at %s', async (point) => {
    const { first } = await twoVersions()
    await killedAt(point, () => box().retention.pin(first, actingOnTheBox))
    const isPinned = filesOf(at)[0] === '1 version .pin'
    expect(await applyFor(at)).toMatchObject({ binned: isPinned ? 0 : 1 })
  })
})

describe('for good', () => {
  const points = [
    'gone:written',
    'gone:synced',
    'gone:renamed',
    'gone:folder-synced',
    'forget:before-commit',
    'forget:committed',
    'forget:marks-unlinked',
    'snapshot:unlinked',
    'snapshot:unlink-synced',
  ] as const satisfies readonly CrashPoint[]

  test.each(points)('killed at %s', async (point) => {
    const { second } = await twoVersions()
    await applyFor(at)
    await pass(box(), 7 * dayMs)
    await killedAt(point, () => applyFor(at))
    // A tombstone without its row and file, or everything still in the bin: nothing in between survives a start.
    const files = filesOf(at)
    expect([
      ['1 .gone', '2 version'],
      ['1 version .bin', '2 version'],
    ]).toContainEqual(files)
    expect((await inBin(at)).length).toBe(files[0] === '1 .gone' ? 0 : 1)
    await applyFor(at)
    expect(filesOf(at)).toEqual(['1 .gone', '2 version'])
    expect(await listed(at)).toEqual([second.id])
    expect(await counters(at)).toMatchObject({ versionsCount: 1, newestVersion: second.id, firstVersionAt: second.receivedAt })
    await makeVersion(at)
    expect((await counters(at)).versionsCount).toBe(2)
  })

  test('a version whose end began is not taken back: its end is finished', async () => {
    const { first } = await twoVersions()
    await applyFor(at)
    await pass(box(), 7 * dayMs)
    killAt = 'gone:folder-synced'
    await expect(applyFor(at)).rejects.toThrow(Killed)
    killAt = undefined
    await expect(box().retention.takeBack(first, actingOnTheBox)).rejects.toMatchObject({ fault: 'ending' })
    await setRules(at, { keepLast: 9 })
    expect(await applyFor(at)).toMatchObject({ takenBack: 0, forgotten: 1 })
    expect(filesOf(at)).toEqual(['1 .gone', '2 version'])
  })
})
