/** A new epoch: every way in learns it, what is printed or lies on a computer stays valid, and a fall anywhere is finished by the boot. */
import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { openLocalStorage, openRepository, type RepositoryUnlock } from '../../../engine/index.ts'
import { actingOnTheBox } from '../../../server/audit/audit.ts'
import { rotateEpoch } from '../../../server/key-care/rotate-epoch.ts'
import { finishSlotFiles } from '../../../server/key-care/slot-files.ts'
import { readGenerationFile, writeGenerationFile } from '../../../server/repositories/generation.ts'
import { findKeySlotOfKind, listKeySlots } from '../../../server/repositories/key-slots-table.ts'
import { findRepositoryOfCustomer } from '../../../server/repositories/repositories-table.ts'
import type { Repository } from '../../../server/repositories/repository.ts'
import { unsealSecret } from '../../../server/repositories/sealed-secret.ts'
import { type CrashPoint, nothingAtPoints } from '../../../server/storage-volumes/crash-points.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from '../../support/upload-box.ts'

let upload: UploadBox
let computer: TestComputer
let repository: Repository

beforeEach(async () => {
  upload = await uploadBox()
  computer = await connectComputer(upload)
  repository = (await findRepositoryOfCustomer(upload.box.database.kysely, upload.box.customer.customerId))!
})
afterEach(async () => {
  await computer[Symbol.asyncDispose]()
  await upload[Symbol.asyncDispose]()
})

/** As printed on the kit: read once, before anything is changed. */
async function printedSecret(): Promise<Buffer> {
  const { box } = upload
  const stored = (await findKeySlotOfKind(box.database.kysely, repository.repositoryId, 'recovery'))!
  const context = { purpose: 'recovery-secret', uid: repository.uid, slotId: stored.slot.id } as const
  return unsealSecret(box.masterKey, stored.sealedSecret!, context)
}

/** Epochs that each way in opens, from the files alone. */
async function epochsByFiles(printed: Buffer): Promise<readonly number[]> {
  const storage = await openLocalStorage(computer.place.folder)
  const ways: readonly RepositoryUnlock[] = [
    { kind: 'managed', masterKey: upload.box.masterKey },
    { kind: 'recovery', secret: printed },
    { kind: 'device', key: computer.connected.slotKey },
  ]
  return Promise.all(ways.map(async (way) => (await openRepository(storage, way)).secrets.encryptionKeys.length))
}

function options(reached: (point: CrashPoint) => void = nothingAtPoints) {
  const { box } = upload
  const { database, dataFolder, masterKey, clock, repositories, uploads } = box
  return {
    ...{ database, dataFolder, masterKey, clock, volumes: uploads.volumes, reached },
    randomness: { bytes: (length: number) => Buffer.from(crypto.getRandomValues(new Uint8Array(length))) },
    forgetSecrets: repositories.forgetSecrets,
  }
}

test('kit, box and computer open both epochs; the keys that were stay', async () => {
  const printed = await printedSecret()
  // What the box had open before, it must not go on with.
  const before = await upload.box.repositories.openSecrets(repository)
  expect(before).toEqual(computer.secrets)
  const rotated = await upload.box.keyCare.rotateEpoch(repository.customerId, actingOnTheBox)
  expect(rotated).toMatchObject({ epoch: 2, slotsRewritten: 3, slotsLeft: [] })
  expect(await epochsByFiles(printed)).toEqual([2, 2, 2])
  const now = await upload.box.repositories.openSecrets(repository)
  expect(now.dedupKey).toEqual(before.dedupKey)
  expect(now.encryptionKeys[0]).toEqual(before.encryptionKeys[0])
  expect(now.encryptionKeys).toHaveLength(2)
  expect(now.encryptionKeys[1]).not.toEqual(before.encryptionKeys[0])
  expect(await printedSecret()).toEqual(printed)
})

test('a database that is gone right after its COMMIT leaves no file behind', async () => {
  const printed = await printedSecret()
  const { database } = upload.box
  let isGone = false
  const fragile = {
    ...database,
    get kysely() {
      if (isGone) throw new Error('the database is gone')
      return database.kysely
    },
  }
  const reached = (point: CrashPoint) => {
    if (point === 'epoch:committed') isGone = true
  }
  await rotateEpoch({ ...options(reached), database: fragile }, repository, actingOnTheBox)
  expect(await epochsByFiles(printed)).toEqual([2, 2, 2])
})

test('no slot uses a salt twice', async () => {
  const salts = async () =>
    (await listKeySlots(upload.box.database.kysely, repository.repositoryId)).map(({ slot }) => slot.salt.toString('hex'))
  const before = await salts()
  await upload.box.keyCare.rotateEpoch(repository.customerId, actingOnTheBox)
  expect(new Set([...before, ...(await salts())]).size).toBe(before.length * 2)
})

test('a computer that connects while keys are changed gets the new epoch', async () => {
  await upload.box.repositories.openSecrets(repository)
  await rotateEpoch({ ...options(), forgetSecrets: () => {} }, repository, actingOnTheBox)
  await using late = await connectComputer(upload, 'LATE')
  expect(late.secrets.encryptionKeys).toHaveLength(2)
})

test('the device is told its new slot; another device is told its own', async () => {
  await upload.box.keyCare.rotateEpoch(repository.customerId, actingOnTheBox)
  const told = (await computer.link.json('GET', '/api/agent/v1/key-slot')) as { slot: { id: string } }
  const file = computer.place.keySlotFile(told.slot.id)
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(told.slot)
})

test('a slot whose secret the box does not have is left and named', async () => {
  const device = (await findKeySlotOfKind(upload.box.database.kysely, repository.repositoryId, 'device'))!
  await upload.box.database.kysely
    .updateTable('key_slots')
    .set({ sealed_secret: null })
    .where('slot_id', '=', device.slot.id)
    .execute()
  const rotated = await upload.box.keyCare.rotateEpoch(repository.customerId, actingOnTheBox)
  expect(rotated.slotsLeft).toEqual([device.slot.id])
})

test('without the recovery secret nothing is changed', async () => {
  await upload.box.database.kysely.updateTable('key_slots').set({ sealed_secret: null }).where('kind', '=', 'recovery').execute()
  const before = await listKeySlots(upload.box.database.kysely, repository.repositoryId)
  await expect(upload.box.keyCare.rotateEpoch(repository.customerId, actingOnTheBox)).rejects.toMatchObject({
    fault: 'keys-lost',
  })
  expect(await listKeySlots(upload.box.database.kysely, repository.repositoryId)).toEqual(before)
})

test('over an old dump nothing is changed', async () => {
  await writeGenerationFile(computer.place, repository.generation + 1, nothingAtPoints)
  await expect(upload.box.keyCare.rotateEpoch(repository.customerId, actingOnTheBox)).rejects.toMatchObject({
    fault: 'rebuild-needed',
  })
})

describe('a fall', () => {
  const points: readonly CrashPoint[] = [
    'epoch:before-commit',
    'epoch:committed',
    'generation:written',
    'generation:synced',
    'generation:renamed',
    'generation:folder-synced',
    'slot:written',
    'slot:synced',
    'slot:renamed',
    'slot:folder-synced',
  ]
  test.each(points.flatMap((point) => (point.startsWith('slot') ? [1, 2, 3] : [1]).map((nth) => ({ point, nth }))))(
    'at $point ($nth) locks nobody out, and the boot finishes it',
    async ({ point, nth }) => {
      const printed = await printedSecret()
      let seen = 0
      const fall = (reached: CrashPoint) => {
        if (reached === point && ++seen === nth) throw new Error('fallen')
      }
      await expect(rotateEpoch(options(fall), repository, actingOnTheBox)).rejects.toThrow('fallen')
      for (const epochs of await epochsByFiles(printed)) expect(epochs).toBeGreaterThanOrEqual(1)

      const row = (await findRepositoryOfCustomer(upload.box.database.kysely, repository.customerId))!
      await writeGenerationFile(computer.place, row.generation, nothingAtPoints)
      await finishSlotFiles({ ...options() }, row)
      const expected = point === 'epoch:before-commit' ? 1 : 2
      expect(await epochsByFiles(printed)).toEqual([expected, expected, expected])
      expect(await readGenerationFile(computer.place)).toBe(row.generation)
    },
  )
})
