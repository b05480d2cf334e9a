/** A box and its database that die in the middle of uploads: real processes, kill -9. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type ApplianceLink,
  type BackupTarget,
  chunkKey,
  connectAppliance,
  type DeviceId,
  openApplianceLink,
  openKeySlot,
  parseDeviceId,
  parseRepositoryUid,
  type RepositorySecrets,
  readHeader,
  readKeySlotFile,
} from '../../../engine/index.ts'
import { sampleFingerprint } from '../../support/connect-device.ts'
import { findServerPid } from '../../support/left-server.ts'
import { type RunningBox, runHoldfast, startBox } from '../../support/start-box.ts'
import { goodPassword, helen } from '../../support/test-app.ts'
import { VersionWriter } from '../../support/version-writer.ts'

interface ConnectAnswer {
  readonly device: { readonly id: string }
  readonly token: string
  readonly repository: { readonly uid: string }
  readonly slot: object
  readonly slotKey: string
  readonly instance: string
}

describe('an upload goes on and is committed', () => {
  let box: RunningBox
  let link: ApplianceLink
  let target: BackupTarget
  let device: DeviceId
  let secrets: RepositorySecrets
  beforeAll(async () => {
    box = await startBox({ privateDatabase: true })
    await setUp(box)
    const anonymous = openApplianceLink({ url: box.url, trust: { kind: 'plain' }, userAgent: 'test', now: Date.now })
    const body = {
      user: helen.email,
      password: goodPassword,
      name: 'RECEPTION',
      agentVersion: '0.1.0',
      fingerprint: sampleFingerprint,
    }
    const connected = (await anonymous.json('POST', '/api/agent/v1/connect', { body })) as ConnectAnswer
    anonymous.close()
    link = openApplianceLink({
      url: box.url,
      trust: { kind: 'plain' },
      token: connected.token,
      userAgent: 'test',
      now: Date.now,
    })
    device = parseDeviceId(connected.device.id)
    let instance = connected.instance
    target = connectAppliance({
      link,
      device,
      print: sampleFingerprint.print,
      now: Date.now,
      instances: {
        newest: () => instance,
        store: (value) => {
          instance = value
        },
      },
    })
    const slot = readKeySlotFile(Buffer.from(JSON.stringify(connected.slot)))
    const uid = parseRepositoryUid(connected.repository.uid)
    secrets = openKeySlot(slot, uid, Buffer.from(connected.slotKey, 'base64'))
  })
  afterAll(async () => {
    link.close()
    await box[Symbol.asyncDispose]()
  })

  const packsCount = 8
  const versions = async () => (await Array.fromAsync(target.listSnapshots())).length
  /** Sends packs one after the other; `accident` happens while the fourth is on its way. */
  const uploadWith = async (accident: () => Promise<void>) => {
    const writer = new VersionWriter(secrets)
    const before = await versions()
    const session = await target.openSession({ job: 'documents', parent: undefined })
    const files = []
    for (let index = 0; index < packsCount; index++) {
      files.push(writer.file(`file ${index}`, randomBytes(2_000_000)))
      const sending = writer.takePacks().map((pack) => session.putPack(pack))
      if (index === 3) await accident()
      await Promise.all(sending)
    }
    const root = writer.tree(files)
    for (const pack of writer.takePacks()) await session.putPack(pack)
    const file = writer.snapshotFile({ root, head: session.head, device })
    expect(await session.commit(file, { isCheckpoint: false })).toMatchObject({ kind: 'committed' })

    const ids = files.flatMap(({ content }) => (content.kind === 'chunks' ? content.items : []))
    const wanted = ids.flatMap((item) => (item.kind === 'data' ? [item.id] : []))
    const got = new Set<string>()
    for await (const record of target.readRecords(wanted)) got.add(chunkKey(readHeader(record).chunkId))
    expect(got.size).toBe(wanted.length)
    expect(await versions()).toBe(before + 1)
  }

  test('when the box is killed and started again', async () => {
    await uploadWith(async () => {
      await box.kill()
      box = await box.restart()
    })
  })

  test('when box and database are killed together', async () => {
    await uploadWith(async () => {
      killDatabase(box)
      await box.kill()
      box = await box.restart()
    })
  })

  test('when the database is killed, and comes back by itself', async () => {
    await uploadWith(async () => killDatabase(box))
  })

  test.each([0, 5, 20, 60])('when the database is killed %i ms into the commit', async (afterMs) => {
    const writer = new VersionWriter(secrets)
    const before = await versions()
    const session = await target.openSession({ job: 'documents', parent: undefined })
    const root = writer.tree([writer.file(`file after ${afterMs}`, randomBytes(3000))])
    for (const pack of writer.takePacks()) await session.putPack(pack)
    const file = writer.snapshotFile({ root, head: session.head, device })
    const committing = session.commit(file, { isCheckpoint: false })
    // The moment of the accident.
    await wait(afterMs)
    killDatabase(box)
    expect(await committing).toMatchObject({ kind: 'committed' })
    expect(await versions()).toBe(before + 1)
  })
})

function killDatabase(box: RunningBox): void {
  const pid = findServerPid(box.dataFolder)
  if (pid === undefined) throw new Error('the database server does not run')
  process.kill(pid, 'SIGKILL')
}

async function setUp(box: RunningBox): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-password-'))
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, `${goodPassword}\n`)
  const words = ['setup', '--email', helen.email, '--name', 'Helen', '--password-file', passwordFile]
  const { exitCode, errors } = await runHoldfast(words, { HOLDFAST_DATA: box.dataFolder })
  rmSync(folder, { recursive: true })
  if (exitCode !== 0) throw new Error(errors)
}
