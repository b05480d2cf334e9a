/**
 * A device's own way into its customer's repository: a random key, made here, told once at connect and kept on the box under
 * master.key until the device is revoked, so that a later change of keys can rewrite the slot.
 * The file comes before its row: a slot file whose key nobody was told opens nothing.
 */
import { rmSync } from 'node:fs'
import { encodeKeySlotFile, type KeySlot, sealKeySlot } from '../../engine/index.ts'
import type { Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync, syncFolder } from '../runtime/replace-file.ts'
import { deleteKeySlot, insertKeySlot, listKeySlotsOfDevice, type StoredKeySlot } from './key-slots-table.ts'
import type { Repository } from './repository.ts'
import { repositoryPlace } from './repository-place.ts'
import type { OpenSecrets } from './repository-secrets.ts'
import { sealSecret } from './sealed-secret.ts'

export interface NewDeviceSlot {
  readonly slot: KeySlot
  /** The slot's key: leaves the box once, over TLS or loopback. */
  readonly key: Buffer
  /** Within the transaction that makes or takes over the device. */
  readonly insert: (transaction: Transaction) => Promise<void>
  /** The transaction did not happen. */
  readonly withdraw: () => void
}

export interface DeviceSlots {
  readonly create: (repository: Repository, deviceId: Id<'dev'>) => Promise<NewDeviceSlot>
  /** Takes the device's slots out of the database; the answer's function removes their files, after the COMMIT. */
  readonly revoke: (transaction: Transaction, repository: Repository, deviceId: Id<'dev'>) => Promise<() => void>
}

const keyBytes = 32

export function createDeviceSlots(options: {
  readonly dataFolder: string
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly openSecrets: OpenSecrets
}): DeviceSlots {
  const { dataFolder, masterKey, clock, randomness, openSecrets } = options

  const removeFiles = (repository: Repository, slotIds: readonly string[]) => {
    const place = repositoryPlace(dataFolder, repository.uid)
    for (const slotId of slotIds) rmSync(place.keySlotFile(slotId), { force: true })
    if (slotIds.length > 0) syncFolder(place.keysFolder)
  }

  return {
    create: async (repository, deviceId) => {
      const { repositoryId, uid } = repository
      const key = randomness.bytes(keyBytes)
      const id = newSlotId(randomness)
      const salt = randomness.bytes(keyBytes)
      const slot = sealKeySlot({ id, kind: 'device', salt }, key, await openSecrets(repository))
      const sealedSecret = sealSecret(masterKey, key, { purpose: 'device-slot-key', uid, slotId: id }, randomness)
      const stored: StoredKeySlot = { repositoryId, slot, deviceId, sealedSecret, createdAt: clock.now() }
      replaceFileSync(repositoryPlace(dataFolder, uid).keySlotFile(id), encodeKeySlotFile(slot), { mode: 0o600 })
      return {
        slot,
        key,
        insert: (transaction) => insertKeySlot(transaction, stored),
        withdraw: () => removeFiles(repository, [id]),
      }
    },
    revoke: async (transaction, repository, deviceId) => {
      const slots = await listKeySlotsOfDevice(transaction, deviceId)
      for (const { slot } of slots) await deleteKeySlot(transaction, repository.repositoryId, slot.id)
      return () =>
        removeFiles(
          repository,
          slots.map(({ slot }) => slot.id),
        )
    },
  }
}

/** `device-` and 100 random bits. */
function newSlotId(randomness: Randomness): string {
  return newId('dev', randomness).replace('dev_', 'device-')
}
