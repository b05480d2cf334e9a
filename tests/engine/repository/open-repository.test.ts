import { randomBytes } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { KeySlotKind, RepositorySecrets, Storage } from '../../../engine/index.ts'
import {
  createRepository,
  managedSlotKey,
  memoryStorage,
  newRepositorySecrets,
  openRepository,
  type RepositoryUnlock,
  recoverySlotKey,
  sealKeySlot,
} from '../../../engine/index.ts'

const masterKey = randomBytes(32)
const recoverySecret = randomBytes(32)
const deviceKey = randomBytes(32)

function slotsOf(secrets: RepositorySecrets) {
  const seal = (id: string, kind: KeySlotKind, key: Buffer) => sealKeySlot({ id, kind, salt: randomBytes(32) }, key, secrets)
  return [
    seal('managed-1', 'managed', managedSlotKey(masterKey, secrets.uid, 'managed-1')),
    seal('recovery-1', 'recovery', recoverySlotKey(recoverySecret, secrets.uid)),
    seal('device-1', 'device', randomBytes(32)),
    seal('device-2', 'device', deviceKey),
  ]
}

async function created(storage: Storage = memoryStorage()) {
  const secrets = newRepositorySecrets(randomBytes)
  await createRepository(storage, { secrets, slots: slotsOf(secrets), createdMs: 1_700_000_000_000 })
  return { storage, secrets }
}

describe('a repository', () => {
  const keys: readonly { title: string; unlock: RepositoryUnlock; slot: string }[] = [
    { title: 'the box’s master key', unlock: { kind: 'managed', masterKey }, slot: 'managed-1' },
    { title: 'the customer’s recovery secret', unlock: { kind: 'recovery', secret: recoverySecret }, slot: 'recovery-1' },
    { title: 'a device’s key', unlock: { kind: 'device', key: deviceKey }, slot: 'device-2' },
    { title: 'a device’s key and slot', unlock: { kind: 'device', key: deviceKey, slotId: 'device-2' }, slot: 'device-2' },
  ]
  test.each(keys)('opens with $title', async ({ unlock, slot }) => {
    const { storage, secrets } = await created()
    const opened = await openRepository(storage, unlock)
    expect(opened.secrets).toEqual(secrets)
    expect(opened.slot.id).toBe(slot)
    expect(opened.description).toEqual({ uid: secrets.uid, createdMs: 1_700_000_000_000 })
  })

  const wrong: readonly { title: string; unlock: RepositoryUnlock }[] = [
    { title: 'another box’s master key', unlock: { kind: 'managed', masterKey: randomBytes(32) } },
    { title: 'another kit', unlock: { kind: 'recovery', secret: randomBytes(32) } },
    { title: 'no device’s key', unlock: { kind: 'device', key: randomBytes(32) } },
    { title: 'the key of another slot', unlock: { kind: 'device', key: deviceKey, slotId: 'device-1' } },
    { title: 'a slot that is not there', unlock: { kind: 'device', key: deviceKey, slotId: 'device-3' } },
  ]
  test.each(wrong)('does not open with $title', async ({ unlock }) => {
    const { storage } = await created()
    await expect(openRepository(storage, unlock)).rejects.toMatchObject({ name: 'FormatError', fault: 'wrong-key' })
  })

  test('opens past a damaged slot, and says so when no other opens', async () => {
    const { storage } = await created()
    const name = 'keys/device-1.json'
    await storage.replace(name, Buffer.from('{"format":1'))
    expect((await openRepository(storage, { kind: 'device', key: deviceKey })).slot.id).toBe('device-2')
    const bytes = JSON.parse((await storage.read('keys/device-2.json')).toString()) as { sealed: string }
    const sealed = Buffer.from(bytes.sealed, 'base64')
    sealed[5]! ^= 1
    await storage.replace('keys/device-2.json', Buffer.from(JSON.stringify({ ...bytes, sealed: sealed.toString('base64') })))
    await expect(openRepository(storage, { kind: 'device', key: deviceKey, slotId: 'device-2' })).rejects.toMatchObject({
      fault: 'key-slot-damaged',
    })
  })

  test('is not made over another, nor without a key slot', async () => {
    const { storage } = await created()
    await expect(created(storage)).rejects.toMatchObject({ name: 'StorageError', fault: 'exists-different' })
    const secrets = newRepositorySecrets(randomBytes)
    await expect(createRepository(memoryStorage(), { secrets, slots: [], createdMs: 0 })).rejects.toThrow(RangeError)
  })

  test('of which the making was cut off is made anew', async () => {
    const storage = memoryStorage()
    const first = newRepositorySecrets(randomBytes)
    const cutOff: Storage = { ...storage, put: () => Promise.reject(new Error('power')) }
    await expect(createRepository(cutOff, { secrets: first, slots: slotsOf(first), createdMs: 0 })).rejects.toThrow('power')
    await expect(openRepository(storage, { kind: 'device', key: deviceKey })).rejects.toMatchObject({ fault: 'wrong-repository' })
    const { secrets } = await created(storage)
    expect((await openRepository(storage, { kind: 'device', key: deviceKey })).secrets).toEqual(secrets)
  })
})
