/** The rows of versions, the counters beside them, and the checkpoints that they replace. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseSnapshotId } from '../../../engine/index.ts'
import type { Connected } from '../../../server/devices/connect-service.ts'
import { newId, parseId } from '../../../server/runtime/ids.ts'
import { systemRandomness } from '../../../server/runtime/randomness.ts'
import { publicSnapshotId } from '../../../server/snapshots/snapshot.ts'
import { connectDevice } from '../../support/connect-device.ts'
import { insertVersion, sampleBody } from '../../support/insert-version.ts'
import { setUpApp } from '../../support/test-app.ts'

let box: Awaited<ReturnType<typeof setUpApp>>
let computer: Connected
const newRunId = () => newId('run', systemRandomness)

beforeEach(async () => {
  box = await setUpApp()
  computer = await connectDevice(box, box.user)
})
afterEach(() => box[Symbol.asyncDispose]())

const versions = () =>
  box.devicesSide.snapshots.listOfDevice({ deviceId: computer.device.deviceId, beforeSeq: undefined, limit: 100 })
const device = async () => (await box.devicesSide.devices.find(computer.device.deviceId))!
const seqs = async () => (await versions()).map(({ seq }) => seq)

test('a public id is a part of the file’s id: the same whenever the index is made', () => {
  const id = publicSnapshotId(parseSnapshotId('00'.repeat(12) + 'f'.repeat(40)))
  expect(id).toBe('snap_aaaaaaaaaaaaaaaaaaap')
  expect(parseId('snap', id)).toBe(id)
})

test('a version comes back as it was committed, and counts', async () => {
  const counts = { ...sampleBody().counts, files: 3, bytes: 2 ** 45, skipped: 1 }
  const inserted = await insertVersion(box, computer, { seq: 7, closureEpoch: 4, body: { verdict: 'partial', counts } })
  const found = await box.devicesSide.snapshots.find(inserted.id)
  expect(found).toEqual(inserted)
  expect(found).toMatchObject({ seq: 7, verdict: 'partial', closureEpoch: 4, counts })
  const { kysely } = box.database
  const { repositoryId, snapshotId } = inserted
  expect(await box.devicesSide.snapshots.findLive(kysely, { repositoryId, snapshotId })).toEqual(inserted)
  expect(await box.devicesSide.snapshots.findLive(kysely, { repositoryId: repositoryId + 1, snapshotId })).toBeUndefined()
  expect(await device()).toMatchObject({ versionsCount: 1, newestVersion: inserted.id, lastGoodVersion: inserted.id })
})

test('what is not good leaves the last good version as it was', async () => {
  const good = await insertVersion(box, computer, { seq: 1 })
  const failed = await insertVersion(box, computer, { seq: 2, body: { verdict: 'failed' } })
  await insertVersion(box, computer, { seq: 3, body: { isCheckpoint: true, verdict: 'partial' }, runId: newRunId() })
  expect(await device()).toMatchObject({ versionsCount: 2, newestVersion: failed.id, lastGoodVersion: good.id })
})

describe('checkpoints', () => {
  test('a run’s next one replaces the one before, its final version all of the job', async () => {
    const runId = newRunId()
    const checkpoint = { isCheckpoint: true, verdict: 'partial' } as const
    await insertVersion(box, computer, { seq: 1, runId: newRunId(), body: checkpoint })
    await insertVersion(box, computer, { seq: 2, runId, body: checkpoint })
    await insertVersion(box, computer, { seq: 3, runId, body: { ...checkpoint, job: 'pictures' } })
    expect(await seqs()).toEqual([3, 2, 1])
    await insertVersion(box, computer, { seq: 4, runId, body: checkpoint })
    expect(await seqs()).toEqual([4, 3, 1])
    await insertVersion(box, computer, { seq: 5, runId })
    expect(await seqs()).toEqual([5, 3])
  })

  test('an interrupted first run’s stays until the job has a good version', async () => {
    const left = { isCheckpoint: true, verdict: 'partial' } as const
    await insertVersion(box, computer, { seq: 1, runId: newRunId(), body: left })
    await insertVersion(box, computer, { seq: 2, runId: newRunId(), body: { verdict: 'failed' } })
    expect(await seqs()).toEqual([2, 1])
    await insertVersion(box, computer, { seq: 3, runId: newRunId() })
    expect(await seqs()).toEqual([3, 2])
  })
})

test('neighbours are of the same job and no checkpoints', async () => {
  const [first, , third] = [
    await insertVersion(box, computer, { seq: 1 }),
    await insertVersion(box, computer, { seq: 2, body: { job: 'pictures' } }),
    await insertVersion(box, computer, { seq: 3 }),
  ]
  await insertVersion(box, computer, { seq: 4, runId: newRunId(), body: { isCheckpoint: true, verdict: 'partial' } })
  expect(await box.devicesSide.snapshots.findNeighbours(third)).toEqual({ earlier: first.id, later: undefined })
  expect(await box.devicesSide.snapshots.findNeighbours(first)).toEqual({ earlier: undefined, later: third.id })
})

test('pages over HTTP give every version once, the newest first', async () => {
  for (let seq = 1; seq <= 5; seq += 1) await insertVersion(box, computer, { seq })
  const { secret } = await box.people.tokens.create(
    { userId: box.user.userId, scopes: ['read'], lifetimeMs: undefined },
    { actor: { kind: 'command' }, address: 'test' },
  )
  const found: number[] = []
  for (let cursor = ''; ; ) {
    const path = `/api/v1/devices/${computer.device.deviceId}/snapshots?limit=2${cursor}`
    const answer = await box.app.request(path, { headers: { authorization: `Bearer ${secret}` } })
    const page = (await answer.json()) as { items: { seq: number }[]; nextCursor: string | null }
    found.push(...page.items.map(({ seq }) => seq))
    if (page.nextCursor === null) break
    cursor = `&cursor=${page.nextCursor}`
  }
  expect(found).toEqual([5, 4, 3, 2, 1])
})
