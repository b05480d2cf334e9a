/**
 * A device's own way into its customer's repository: a random key, made here, told once at connect and kept on the box under
 * master.key until the device is revoked, so that a later change of keys can rewrite the slot.
 * The file comes before its row: a slot file whose key nobody was told opens nothing.
 */
import { rmSync } from 'node:fs'
import { encodeKeySlotFile, type KeySlot, type RepositorySecrets, sealKeySlot } from '../../engine/index.ts'
import type { Transaction } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync, syncFolder } from '../runtime/replace-file.ts'
import { deleteKeySlot, insertKeySlot, listKeySlotsOfDevice } from './key-slots-table.ts'
import { lockRepository } from './repositories-table.ts'
import type { Repository } from './repository.ts'
import { repositoryPlace } from './repository-place.ts'
import { createReadSecrets, type OpenSecrets } from './repository-secrets.ts'
import { sealSecret } from './sealed-secret.ts'

export interface NewDeviceSlot {
  /** As it was inserted. */
  readonly slot: () => KeySlot
  /** The slot's key: leaves the box once, over TLS or loopback. */
  readonly key: Buffer
  /** Within the transaction that makes or takes over the device. A change of keys in between is followed. */
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
  const readSecrets = createReadSecrets(masterKey)

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
      const file = repositoryPlace(dataFolder, uid).keySlotFile(id)
      const sealedSecret = sealSecret(masterKey, key, { purpose: 'device-slot-key', uid, slotId: id }, randomness)
      const write = (secrets: RepositorySecrets) => {
        const slot = sealKeySlot({ id, kind: 'device', salt: randomness.bytes(keyBytes) }, key, secrets)
        replaceFileSync(file, encodeKeySlotFile(slot), { mode: 0o600 })
        return { slot, epochs: secrets.encryptionKeys.length }
      }
      let written = write(await openSecrets(repository))
      return {
        slot: () => written.slot,
        key,
        insert: async (transaction) => {
          await lockRepository(transaction, repositoryId)
          const secrets = await readSecrets(transaction, repository)
          if (secrets.encryptionKeys.length !== written.epochs) written = write(secrets)
          await insertKeySlot(transaction, { repositoryId, slot: written.slot, deviceId, sealedSecret, createdAt: clock.now() })
        },
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
