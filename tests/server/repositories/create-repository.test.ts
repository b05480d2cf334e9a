import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openKeySlot, readKeySlotFile, readRepositoryFile, recoverySlotKey } from '../../../engine/index.ts'
import { newCustomer } from '../../../server/customers/customer.ts'
import { insertCustomer } from '../../../server/customers/customers-table.ts'
import { createRepository, type RepositoryMaking, recoverySlotId } from '../../../server/repositories/create-repository.ts'
import { findKeySlotOfKind } from '../../../server/repositories/key-slots-table.ts'
import { repositoryPlace } from '../../../server/repositories/repository-place.ts'
import { createOpenSecrets } from '../../../server/repositories/repository-secrets.ts'
import { unsealSecret } from '../../../server/repositories/sealed-secret.ts'
import { movableClock } from '../../../server/runtime/clock.ts'
import { newId } from '../../../server/runtime/ids.ts'
import { seededRandomness, systemRandomness } from '../../../server/runtime/randomness.ts'
import { type TestDatabase, testDatabase } from '../../support/test-database.ts'

let database: TestDatabase
let making: RepositoryMaking

beforeEach(async () => {
  database = await testDatabase()
  const dataFolder = mkdtempSync(join(tmpdir(), 'holdfast-repositories-'))
  making = {
    database,
    dataFolder,
    masterKey: systemRandomness.bytes(32),
    clock: movableClock(Date.UTC(2026, 2, 14)),
    randomness: systemRandomness,
  }
})

afterEach(async () => {
  rmSync(making.dataFolder, { recursive: true })
  await database.close()
})

async function foundCustomer(number: number) {
  const customerId = newId('cus', seededRandomness(`customer ${number}`))
  const customer = newCustomer({ customerId, number, name: 'Office', createdAt: 0 })
  await insertCustomer(database.kysely, customer)
  return customerId
}

test('a new repository opens with the printed secret, from its files alone', async () => {
  const repository = await createRepository(making, await foundCustomer(1))
  const place = repositoryPlace(making.dataFolder, repository.uid)
  expect(readRepositoryFile(readFileSync(place.repositoryFile))).toEqual({ uid: repository.uid, createdMs: repository.createdAt })

  const stored = await findKeySlotOfKind(database.kysely, repository.repositoryId, 'recovery')
  const context = { purpose: 'recovery-secret', uid: repository.uid, slotId: recoverySlotId } as const
  const recoverySecret = unsealSecret(making.masterKey, stored!.sealedSecret!, context)
  const slot = readKeySlotFile(readFileSync(place.keySlotFile(recoverySlotId)))
  const byRecovery = openKeySlot(slot, repository.uid, recoverySlotKey(recoverySecret, repository.uid))
  const byBox = await createOpenSecrets(making).openSecrets(repository)
  expect(byRecovery).toEqual(byBox)
  expect(byBox.encryptionKeys).toHaveLength(1)
})

test('making it again changes nothing, and mends what a crash left out', async () => {
  const customerId = await foundCustomer(1)
  const first = await createRepository(making, customerId)
  const place = repositoryPlace(making.dataFolder, first.uid)
  const slotBytes = readFileSync(place.keySlotFile(recoverySlotId))
  rmSync(place.repositoryFile)
  rmSync(place.keySlotFile(recoverySlotId))
  rmSync(join(place.packsFolder, 'a7'), { recursive: true })

  expect(await createRepository(making, customerId)).toEqual(first)
  expect(readFileSync(place.keySlotFile(recoverySlotId))).toEqual(slotBytes)
  expect(existsSync(place.repositoryFile)).toBe(true)
  expect(readdirSync(place.packsFolder)).toHaveLength(256)
  expect(readdirSync(join(making.dataFolder, 'repositories'))).toHaveLength(1)
})

test('two at once make one', async () => {
  const customerId = await foundCustomer(1)
  const [one, other] = await Promise.all([createRepository(making, customerId), createRepository(making, customerId)])
  expect(one).toEqual(other)
})

test('each customer has keys of its own', async () => {
  const { openSecrets } = createOpenSecrets(making)
  const one = await openSecrets(await createRepository(making, await foundCustomer(1)))
  const other = await openSecrets(await createRepository(making, await foundCustomer(2)))
  expect(one.uid).not.toEqual(other.uid)
  expect(one.dedupKey).not.toEqual(other.dedupKey)
})

test('nobody but the box reads the files', async () => {
  const repository = await createRepository(making, await foundCustomer(1))
  const place = repositoryPlace(making.dataFolder, repository.uid)
  const modes = [place.repositoryFile, place.keySlotFile(recoverySlotId), place.packsFolder].map(
    (path) => statSync(path).mode & 0o077,
  )
  expect(modes).toEqual([0, 0, 0])
})

test('the secret in MySQL opens under another master key, slot or repository never', async () => {
  const repository = await createRepository(making, await foundCustomer(1))
  const stored = await findKeySlotOfKind(database.kysely, repository.repositoryId, 'recovery')
  const sealed = stored!.sealedSecret!
  const right = { purpose: 'recovery-secret', uid: repository.uid, slotId: recoverySlotId } as const
  const wrong = [
    () => unsealSecret(systemRandomness.bytes(32), sealed, right),
    () => unsealSecret(making.masterKey, sealed, { ...right, slotId: 'recovery-2' }),
    () => unsealSecret(making.masterKey, sealed, { ...right, uid: systemRandomness.bytes(16) }),
    () => unsealSecret(making.masterKey, sealed, { ...right, purpose: 'device-slot-key' }),
    () => unsealSecret(making.masterKey, sealed.subarray(0, -1), right),
  ]
  for (const open of wrong) expect(open).toThrow(expect.objectContaining({ fault: 'secret-damaged' }))
})
