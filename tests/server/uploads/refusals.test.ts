/** Who may send, when, and how much: every refusal with its code, nothing written, and the next backup good. */
import { randomBytes } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { RefusedError } from '../../../engine/index.ts'
import { parseId } from '../../../server/runtime/ids.ts'
import { connectComputer, printOf, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'
import { commitTree, VersionWriter } from '../../support/version-writer.ts'

const dayMs = 24 * 60 * 60 * 1000
const request = { job: 'documents', parent: undefined }

describe('a box refuses', () => {
  let upload: UploadBox
  let computer: TestComputer
  let writer: VersionWriter
  beforeEach(async () => {
    upload = await uploadBox()
    computer = await connectComputer(upload)
    writer = new VersionWriter(computer.secrets)
  })
  afterEach(async () => {
    await computer[Symbol.asyncDispose]()
    await upload[Symbol.asyncDispose]()
  })

  const newRoot = () => writer.tree([writer.file('file', randomBytes(2000))])
  const subscription = (columns: Record<string, number | string | null>) =>
    upload.box.database.kysely
      .updateTable('subscriptions')
      .set(columns)
      .where('id', '=', computer.identity.subscriptionId)
      .execute()
  const versions = async () => (await Array.fromAsync(computer.target.listSnapshots())).length
  const commitOne = async (target = computer.target) =>
    commitTree(await target.openSession(request), writer, { root: newRoot(), device: computer.device })

  test('a plan that ran out, after its days of grace', async () => {
    const until = upload.box.clock.now() + dayMs
    await subscription({ valid_until: until, grace_days: 3 })
    upload.box.clock.advance(3 * dayMs)
    expect(await commitOne()).toMatchObject({ kind: 'committed' })
    upload.box.clock.advance(2 * dayMs)
    expect(await codeOf(computer.target.openSession(request))).toBe('HF-LICENCE-EXPIRED')
  })

  test('no commit whose session was open before the plan ran out', async () => {
    const session = await computer.target.openSession(request)
    await subscription({ valid_until: upload.box.clock.now() + 1, grace_days: 0 })
    upload.box.clock.advance(dayMs)
    const answer = await commitTree(session, writer, { root: newRoot(), device: computer.device })
    expect(answer).toMatchObject({ kind: 'committed' })
  })

  test('a plan that has not begun', async () => {
    await subscription({ valid_from: upload.box.clock.now() + dayMs })
    expect(await codeOf(computer.target.openSession(request))).toBe('HF-LICENCE-NOT-STARTED')
  })

  test('backups that are switched off, also in the middle of one', async () => {
    const session = await computer.target.openSession(request)
    const root = newRoot()
    for (const pack of writer.takePacks()) await session.putPack(pack)
    await subscription({ accepts_backups: 0, switched_off_reason: 'moving house' })
    expect(await codeOf(computer.target.openSession(request))).toBe('HF-BACKUPS-SWITCHED-OFF')
    const file = writer.snapshotFile({ root, head: session.head, device: computer.device })
    expect(await codeOf(session.commit(file, { isCheckpoint: false }))).toBe('HF-BACKUPS-SWITCHED-OFF')
    expect(await versions()).toBe(0)
  })

  test('packs beyond the plan’s space and a tenth, and commits beyond the space; a version that sends nothing passes', async () => {
    const root = newRoot()
    expect(await commitTree(await computer.target.openSession(request), writer, { root, device: computer.device })).toMatchObject(
      {
        kind: 'committed',
      },
    )
    await subscription({ quota_bytes: 6000 })
    const session = await computer.target.openSession(request)
    const large = new VersionWriter(computer.secrets)
    large.data(randomBytes(20_000))
    expect(await codeOf(session.putPack(large.takePacks()[0]!))).toBe('HF-QUOTA-EXCEEDED')

    await subscription({ quota_bytes: 10_000_000 })
    const small = await computer.target.openSession(request)
    const extra = writer.tree([writer.file('note', randomBytes(600))])
    for (const pack of writer.takePacks()) await small.putPack(pack)
    const { storedBytes } = (await upload.box.devicesSide.devices.find(computer.identity.deviceId))!
    await subscription({ quota_bytes: Math.ceil(storedBytes / 1.05) })
    const over = writer.snapshotFile({ root: extra, head: small.head, device: computer.device })
    expect(await codeOf(small.commit(over, { isCheckpoint: false }))).toBe('HF-QUOTA-EXCEEDED')
    expect(readdirSync(`${computer.place.snapshotsFolder}/${computer.device}`)).toHaveLength(1)

    const unchanged = await computer.target.openSession(request)
    const file = writer.snapshotFile({ root, head: unchanged.head, device: computer.device })
    expect(await unchanged.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'committed' })
  })

  test('a computer whose access was withdrawn', async () => {
    const { kysely } = upload.box.database
    await kysely.updateTable('devices').set({ state: 'revoked' }).where('id', '=', computer.identity.deviceId).execute()
    expect(await codeOf(computer.target.openSession(request))).toBe('HF-DEVICE-REVOKED')
  })

  test('a session that has ended, was taken over, or never was', async () => {
    const first = await computer.target.openSession(request)
    const second = await computer.target.openSession(request)
    newRoot()
    const pack = writer.takePacks()[0]!
    expect(await codeOf(first.putPack(pack))).toBe('HF-SESSION-GONE')
    await second.abort({ code: 'HF-CANCELLED', detail: 'stopped by its user' })
    expect(await codeOf(second.have([]).then(() => second.putPack(pack)))).toBe('HF-SESSION-GONE')
    const absent = parseId('bks', `bks_${'a'.repeat(20)}`)
    const answer = await computer.link.request('GET', `/api/agent/v1/sessions/${absent}/filter`)
    expect((await computer.link.readRefusal(answer)).message).toContain('ended')
  })

  test('a session after a day of silence that the box observed, not while it was off', async () => {
    const { sessions } = upload.box.uploads
    const tick = async () => {
      await upload.box.care.observedTime.tick()
      await sessions.tick()
    }
    const session = await computer.target.openSession(request)
    await tick()
    upload.box.clock.advance(30 * dayMs)
    await tick()
    newRoot()
    await session.putPack(writer.takePacks()[0]!)
    await tick()
    const minutes = 24 * 60
    for (let minute = 0; minute <= minutes; minute += 2) {
      upload.box.clock.advance(2 * 60_000)
      await tick()
    }
    newRoot()
    expect(await codeOf(session.putPack(writer.takePacks()[0]!))).toBe('HF-SESSION-GONE')
  })

  test('an agent that speaks another protocol, or none', async () => {
    for (const [version, code] of [
      ['0', 'HF-AGENT-TOO-OLD'],
      ['2', 'HF-AGENT-TOO-NEW'],
      ['one', 'HF-AGENT-TOO-OLD'],
    ] as const) {
      const headers = { 'holdfast-protocol': version }
      const refusal = await computer.link.readRefusal(await computer.link.request('GET', '/api/agent/v1/policy', { headers }))
      expect(refusal instanceof RefusedError && refusal.refusal.code).toBe(code)
    }
  })

  test('a body of ids that is none', async () => {
    const body = Buffer.alloc(33)
    const refusal = await computer.link.readRefusal(await computer.link.request('POST', '/api/agent/v1/records', { body }))
    expect(refusal instanceof RefusedError && refusal.refusal.code).toBe('HF-VALIDATION')
  })
})

describe('a cloned computer', () => {
  test('is noticed before it writes; a lost answer is not mistaken for one', async () => {
    await using upload = await uploadBox()
    await using computer = await connectComputer(upload)
    const writer = new VersionWriter(computer.secrets)
    const commit = async (target = computer.target) => {
      const session = await target.openSession(request)
      return commitTree(session, writer, { root: writer.tree([writer.file('f', randomBytes(900))]), device: computer.device })
    }
    await commit()
    const stolen = computer.instances.value
    const before = computer.instances.value

    await commit(computer.reopen({ instance: before }))
    const lostAnswer = computer.reopen({ instance: before })
    expect(await lostAnswer.openSession(request)).toBeDefined()

    const clone = computer.reopen({ instance: stolen, print: printOf('the copy') })
    expect(await codeOf(clone.openSession(request))).toBe('HF-DEVICE-CLONED')

    await commit(lostAnswer)
    const late = computer.reopen({ instance: before })
    expect(await codeOf(late.openSession(request))).toBe('HF-DEVICE-CLONED')
    expect(await codeOf(computer.reopen({ instance: 'made up' }).openSession(request))).toBe('HF-DEVICE-CLONED')
  })
})

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'no refusal'
  } catch (error) {
    if (error instanceof RefusedError) return error.refusal.code
    throw error
  }
}
