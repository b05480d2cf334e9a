/**
 * Changes of keys, for whoever may order them. The box key changes at a start of the box, when nobody else holds it; a box that serves
 * starts itself again for it. A repository's epoch changes while the box serves. What is printed stays valid through both.
 */

import { encodeKeySlotFile } from '../../engine/index.ts'
import type { ActingAs } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { listKeySlotsOfDevice } from '../repositories/key-slots-table.ts'
import { findRepositoryOfCustomer } from '../repositories/repositories-table.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import type { Id } from '../runtime/ids.ts'
import { KeyCareError } from './key-care-error.ts'
import { findNextKey, nextKeyFile, writeNextKey } from './master-keys.ts'
import { type EpochOptions, type EpochRotated, rotateEpoch } from './rotate-epoch.ts'

export type BoxKeyOrder = { readonly state: 'restarting' | 'at-next-start' }

export interface KeyCareService {
  /** @throws KeyCareError `key-file-refused` */
  readonly orderBoxKey: (actingAs: ActingAs) => Promise<BoxKeyOrder>
  /** A change that was ordered and waits: for a start, or for a disk that is not there. */
  readonly isBoxKeyOrdered: () => boolean
  /** @throws RepositoryError `rebuild-needed`, `keys-lost`; VolumeError `read-only` */
  readonly rotateEpoch: (customerId: Id<'cus'>, actingAs: ActingAs) => Promise<EpochRotated>
  /** The device's key slot as it is now, as its file says it; the newest where it has several. */
  readonly findDeviceSlot: (deviceId: Id<'dev'>) => Promise<Buffer | undefined>
}

export interface KeyCareOptions extends EpochOptions {
  readonly masterKeyFile: string
  readonly restart: (() => void) | undefined
}

export function createKeyCare(options: KeyCareOptions): KeyCareService {
  const { database, masterKeyFile, clock, randomness, restart, reached } = options
  return {
    isBoxKeyOrdered: () => findNextKey(masterKeyFile) !== undefined,
    async orderBoxKey(actingAs) {
      await insertAudit(database.kysely, { ...actingAs, at: clock.now(), action: 'keys.box-key-ordered' })
      if (findNextKey(masterKeyFile) === undefined)
        await writeKey(masterKeyFile, () => writeNextKey(masterKeyFile, randomness, reached))
      if (restart === undefined) return { state: 'at-next-start' }
      // After the answer has left.
      setTimeout(restart, answerMs)
      return { state: 'restarting' }
    },
    async rotateEpoch(customerId, actingAs) {
      const repository = await findRepositoryOfCustomer(database.kysely, customerId)
      if (repository === undefined) throw new RepositoryError('not-found', 'This account has no place for backups.')
      return rotateEpoch(options, repository, actingAs)
    },
    async findDeviceSlot(deviceId) {
      const newest = (await listKeySlotsOfDevice(database.kysely, deviceId)).toSorted((a, b) => b.createdAt - a.createdAt)[0]
      return newest && encodeKeySlotFile(newest.slot)
    },
  }
}

const answerMs = 50

/** The key may lie on a medium that is only read. */
async function writeKey(masterKeyFile: string, write: () => Promise<void>): Promise<void> {
  try {
    await write()
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new KeyCareError('key-file-refused', `The new key cannot be written to ${nextKeyFile(masterKeyFile)}: ${why}.`, {
      cause,
    })
  }
}
