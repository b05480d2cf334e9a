/** A change of the box key: everything under the old one is under the next, printed kits stay, and each fall is finished by the boot. */
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openLocalStorage, openRepository } from '../../../engine/index.ts'
import { newCustomer } from '../../../server/customers/customer.ts'
import { insertCustomer } from '../../../server/customers/customers-table.ts'
import { findNextKey, writeNextKey } from '../../../server/key-care/master-keys.ts'
import { type SettlingOptions, settleBoxKey } from '../../../server/key-care/settle-box-key.ts'
import { openServerSecret } from '../../../server/recovery-kits/server-secret.ts'
import { createRepository, type RepositoryMaking } from '../../../server/repositories/create-repository.ts'
import { createDeviceSlots } from '../../../server/repositories/device-slots.ts'
import { readGenerationFile, writeGenerationFile } from '../../../server/repositories/generation.ts'
import { findKeySlotOfKind } from '../../../server/repositories/key-slots-table.ts'
import { findRepository } from '../../../server/repositories/repositories-table.ts'
import type { Repository } from '../../../server/repositories/repository.ts'
import { repositoryPlace } from '../../../server/repositories/repository-place.ts'
import { createOpenSecrets } from '../../../server/repositories/repository-secrets.ts'
import { unsealSecret } from '../../../server/repositories/sealed-secret.ts'
import { movableClock } from '../../../server/runtime/clock.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { silentLog } from '../../../server/runtime/log.ts'
import { seededRandomness, systemRandomness } from '../../../server/runtime/randomness.ts'
import { type CrashPoint, nothingAtPoints } from '../../../server/storage-volumes/crash-points.ts'
import { type TestDatabase, testDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let settling: SettlingOptions
let repositories: readonly Repository[]
/** Of the kits: of both customers, and of the server. */
let printed: readonly Buffer[]
let deviceKey: Buffer

beforeEach(async () => {
  database = await testDatabase()
  const dataFolder = mkdtempSync(join(tmpdir(), 'holdfast-box-key-'))
  const masterKeyFile = join(dataFolder, 'master.key')
  const masterKey = systemRandomness.bytes(32)
  writeFileSync(masterKeyFile, masterKey)
  const common = { database, dataFolder, masterKey, clock: movableClock(Date.UTC(2026, 2, 14)), randomness: systemRandomness }
  settling = { ...common, masterKeyFile, log: silentLog, reached: nothingAtPoints }
  repositories = [await makeRepository(1), await makeRepository(2)]
  deviceKey = await connectDevice(common)
  mkdirSync(join(dataFolder, 'keys'))
  printed = [...(await Promise.all(repositories.map((repository) => kitSecret(repository, masterKey)))), openServerSecret(common)]
})

afterEach(async () => {
  rmSync(settling.dataFolder, { recursive: true })
  await database.close()
})

async function makeRepository(number: number): Promise<Repository> {
  const customerId = newId('cus', seededRandomness(`customer ${number}`))
  const customer = newCustomer({ customerId, number, name: 'Office', createdAt: 0 })
  await insertCustomer(database.kysely, customer)
  return createRepository(settling, customerId)
}

/** The key that a computer was given, of a slot in the first repository. */
async function connectDevice(making: RepositoryMaking): Promise<Buffer> {
  const { openSecrets } = createOpenSecrets(making)
  const slot = await createDeviceSlots({ ...making, openSecrets }).create(repositories[0]!, newId('dev', systemRandomness))
  await database.transaction(slot.insert)
  return slot.key
}

async function kitSecret({ repositoryId, uid }: Repository, masterKey: Buffer): Promise<Buffer> {
  const stored = (await findKeySlotOfKind(database.kysely, repositoryId, 'recovery'))!
  return unsealSecret(masterKey, stored.sealedSecret!, { purpose: 'recovery-secret', uid, slotId: stored.slot.id })
}

const keyInFile = () => readFileSync(settling.masterKeyFile)

/** As a boot does it: with the key that is in the file. */
const boot = (reached = settling.reached) => settleBoxKey({ ...settling, masterKey: keyInFile(), reached })

/** Everything opens with this key, and what is printed or lies on a computer opens as before. */
async function expectAllUnder(masterKey: Buffer): Promise<void> {
  for (const [index, repository] of repositories.entries()) {
    const storage = await openLocalStorage(repositoryPlace(settling.dataFolder, repository.uid).folder)
    const byBox = await openRepository(storage, { kind: 'managed', masterKey })
    const byKit = await openRepository(storage, { kind: 'recovery', secret: printed[index]! })
    expect(byKit.secrets).toEqual(byBox.secrets)
    expect(await createOpenSecrets({ database, masterKey }).openSecrets(repository)).toEqual(byBox.secrets)
    expect(await kitSecret(repository, masterKey)).toEqual(printed[index])
  }
  const { repositoryId, uid } = repositories[0]!
  const device = (await findKeySlotOfKind(database.kysely, repositoryId, 'device'))!
  const context = { purpose: 'device-slot-key', uid, slotId: device.slot.id } as const
  expect(unsealSecret(masterKey, device.sealedSecret!, context)).toEqual(deviceKey)
  expect(openServerSecret({ ...settling, masterKey })).toEqual(printed[2])
}

test('everything is under the new key, and the old one is gone', async () => {
  const old = keyInFile()
  await writeNextKey(settling.masterKeyFile, systemRandomness, nothingAtPoints)
  const now = await boot()
  expect(now).not.toEqual(old)
  expect(keyInFile()).toEqual(now)
  expect(findNextKey(settling.masterKeyFile)).toBeUndefined()
  expect(statSync(settling.masterKeyFile).mode & 0o777).toBe(0o400)
  await expectAllUnder(now)
  await expect(kitSecret(repositories[0]!, old)).rejects.toMatchObject({ fault: 'secret-damaged' })
})

test('without an order nothing happens', async () => {
  const key = keyInFile()
  expect(await boot(() => expect.unreachable())).toEqual(key)
  await expectAllUnder(key)
})

test('a disk that is not there is waited for with the old key', async () => {
  const old = keyInFile()
  const { repositoryFile } = repositoryPlace(settling.dataFolder, repositories[1]!.uid)
  renameSync(repositoryFile, `${repositoryFile}.away`)
  await writeNextKey(settling.masterKeyFile, systemRandomness, nothingAtPoints)
  expect(await boot()).toEqual(old)
  renameSync(`${repositoryFile}.away`, repositoryFile)
  await expectAllUnder(old)
  await expectAllUnder(await boot())
})

test('an old dump is not hidden by it: the change waits', async () => {
  const place = repositoryPlace(settling.dataFolder, repositories[0]!.uid)
  await writeGenerationFile(place, repositories[0]!.generation + 1, nothingAtPoints)
  const old = keyInFile()
  await writeNextKey(settling.masterKeyFile, systemRandomness, nothingAtPoints)
  expect(await boot()).toEqual(old)
  const row = await findRepository(database.kysely, repositories[0]!.repositoryId)
  expect(row!.generation).toBe(repositories[0]!.generation)
})

test('a dump from before the change is noticed', async () => {
  const before = repositories[0]!.generation
  await writeNextKey(settling.masterKeyFile, systemRandomness, nothingAtPoints)
  await boot()
  expect(await readGenerationFile(repositoryPlace(settling.dataFolder, repositories[0]!.uid))).toBeGreaterThan(before)
})

const points: readonly CrashPoint[] = [
  ...(['next-key:written', 'next-key:synced', 'next-key:renamed', 'next-key:folder-synced'] as const),
  ...(['box-key:before-commit', 'box-key:committed', 'generation:renamed', 'slot:written', 'slot:synced'] as const),
  ...(['slot:renamed', 'slot:folder-synced', 'box-key:server-secret', 'box-key:renamed', 'box-key:folder-synced'] as const),
]
const isBeforeTheOrder = (point: CrashPoint) => point === 'next-key:written' || point === 'next-key:synced'

test.each(points)('a fall at %s is finished by the next boot', async (point) => {
  const old = keyInFile()
  const fall = (reached: CrashPoint) => {
    if (reached === point) throw new Error('fallen')
  }
  const change = async () => {
    await writeNextKey(settling.masterKeyFile, systemRandomness, fall)
    await boot(fall)
  }
  await expect(change()).rejects.toThrow('fallen')
  const now = await boot()
  expect(now.equals(old)).toBe(isBeforeTheOrder(point))
  expect(keyInFile()).toEqual(now)
  await expectAllUnder(now)
})

test.each(['generation:renamed', 'slot:written', 'box-key:server-secret'] as const)(
  'a disk that is full at %s holds nobody up: the rows count, and a start with room ends it',
  async (point) => {
    const old = keyInFile()
    await writeNextKey(settling.masterKeyFile, systemRandomness, nothingAtPoints)
    const now = await boot((reached) => {
      if (reached === point) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
    })
    expect(keyInFile()).toEqual(old)
    expect(await createOpenSecrets({ database, masterKey: now }).openSecrets(repositories[0]!)).toBeDefined()
    expect(await boot()).toEqual(now)
    expect(keyInFile()).toEqual(now)
    await expectAllUnder(now)
  },
)
