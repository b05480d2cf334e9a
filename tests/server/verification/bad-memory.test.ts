/** The story of a computer whose memory fails, among others that are well: found, told of, sent again, and nobody else loses a byte. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { BackupTarget } from '../../../engine/index.ts'
import { backUpFolder } from '../../support/back-up-folder.ts'
import { withBadMemory } from '../../support/bad-memory.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

let upload: UploadBox
let sick: TestComputer
let well: TestComputer
let folder: string

beforeEach(async () => {
  upload = await uploadBox()
  sick = await connectComputer(upload, 'RECEPTION')
  well = await connectComputer(upload, 'XRAY-PC')
  folder = join(mkdtempSync(join(tmpdir(), 'holdfast-memory-')), 'source')
  mkdirSync(folder)
  for (const name of ['one', 'two', 'three']) writeFileSync(join(folder, name), `${name} `.repeat(2000))
})
afterEach(async () => {
  rmSync(join(folder, '..'), { recursive: true })
  await sick[Symbol.asyncDispose]()
  await well[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

const { signal } = new AbortController()
const verify = () => upload.box.devicesSide.verification.run({ signal })
const getRepository = async () => (await upload.box.repositories.findOfCustomer(upload.box.customer.customerId))!
const check = async () => upload.box.devicesSide.checks.check(await getRepository(), { reading: 'all', signal })
const spoilt = (spoiled: string[]): BackupTarget => withBadMemory(sick.target, { secrets: sick.secrets, spoiled })

test('what it spoils is never promised to another computer, and its own next run mends its versions', async () => {
  const spoiled: string[] = []
  await backUpFolder({ ...sick, target: spoilt(spoiled) }, folder)
  expect(spoiled).toHaveLength(1)

  // Before it is found: the other one sends its own copy of everything.
  expect((await backUpFolder(well, folder)).verdict).toBe('ok')
  expect(await verify()).toMatchObject({ poisoned: 1 })

  // The good copy serves both computers' versions: nothing is lost.
  const report = await check()
  expect(report).toMatchObject({ damageCount: 0, affectedVersions: [] })
  expect(
    (await upload.box.care.alarms.list({ reach: 'all', after: 0, limit: 10 })).map(({ code, deviceId }) => ({ code, deviceId })),
  ).toEqual([{ code: 'HF-DEVICE-SENT-DAMAGE', deviceId: sick.connected.device.deviceId }])
})

test('alone with its files: the versions are named until its memory is changed and it runs again', async () => {
  const spoiled: string[] = []
  await backUpFolder({ ...sick, target: spoilt(spoiled) }, folder)
  await verify()
  const hurt = await check()
  expect(hurt.affectedVersions).toHaveLength(1)
  expect(hurt.affectedPaths).toHaveLength(1)
  expect((await backUpFolder(sick, folder)).verdict).toBe('ok')
  await verify()
  expect(await check()).toMatchObject({ damageCount: 0, affectedVersions: [] })
})

test('found in the middle of its run: the commit asks for the piece again, and the version is whole', async () => {
  let isSpoilt = false
  const target: BackupTarget = {
    ...sick.target,
    readRecords: (ids, how) => sick.target.readRecords(ids, how),
    listSnapshots: () => sick.target.listSnapshots(),
    readSnapshot: (id) => sick.target.readSnapshot(id),
    openSession: async (request) => {
      const healthy = await sick.target.openSession(request)
      const failing = await withBadMemory({ ...sick.target, openSession: async () => healthy } as BackupTarget, {
        secrets: sick.secrets,
      }).openSession(request)
      return {
        ...failing,
        // Only the first pack of data; then the memory holds for the rest of the run.
        putPack: async (pack) => {
          const isFirst = pack.kind === 'data' && !isSpoilt
          if (isFirst) isSpoilt = true
          await (isFirst ? failing : healthy).putPack(pack)
        },
        commit: async (file, how) => {
          await verify()
          return healthy.commit(file, how)
        },
      }
    },
  }
  expect((await backUpFolder({ ...sick, target }, folder)).verdict).toBe('ok')
  expect(isSpoilt).toBe(true)
  await verify()
  expect(await check()).toMatchObject({ damageCount: 0, affectedVersions: [] })
})

test('after a week of good data it is not suspected any more', async () => {
  await backUpFolder({ ...sick, target: spoilt([]) }, folder)
  await verify()
  const { deviceId } = sick.connected.device
  expect(await upload.box.devicesSide.verification.findFault(deviceId)).toMatchObject({ records: 1 })
  await upload.box.care.chores.runToEnd('verification', {})
  expect(await upload.box.devicesSide.verification.findFault(deviceId)).toBeDefined()
  upload.box.clock.advance(7 * 24 * 60 * 60 * 1000 + 1)
  await upload.box.care.chores.runToEnd('verification', {})
  expect(await upload.box.devicesSide.verification.findFault(deviceId)).toBeUndefined()
  expect(await upload.box.care.alarms.list({ reach: 'all', after: 0, limit: 10 })).toEqual([])
})

test('data that waits for more than a day is told of, until it is opened', async () => {
  await backUpFolder(well, folder)
  upload.box.clock.advance(24 * 60 * 60 * 1000 + 1)
  await upload.box.care.chores.runToEnd('verification', {})
  const codes = async () => (await upload.box.care.alarms.list({ reach: 'all', after: 0, limit: 10 })).map(({ code }) => code)
  expect(await codes()).toContain('HF-VERIFICATION-LATE')
  await verify()
  await upload.box.care.chores.runToEnd('verification', {})
  expect(await codes()).not.toContain('HF-VERIFICATION-LATE')
})
