// From a repository's secrets to the keys that work uses. DRK (dedup root key) names and cuts chunks for the repository's
// life; ERK (encryption root keys) seal records, one per epoch, the newest last.

import { createHmac, hkdfSync } from 'node:crypto'
import { FormatError } from '../model/errors.ts'
import type { ChunkId, RepositoryUid } from '../model/ids.ts'
import type { RecordType } from '../model/record-type.ts'

/** 256 words of 32 bits (as signed numbers, which V8 handles quicker) for the gear hash of keyed FastCDC. */
export type GearTable = Int32Array

/** What a key slot protects. Plain buffers, so that it can be handed to a worker thread. */
export interface RepositorySecrets {
  readonly uid: Buffer
  /** DRK, 32 bytes. */
  readonly dedupKey: Buffer
  /** ERK_1 … ERK_n, 32 bytes each; epoch e is at index e - 1. */
  readonly encryptionKeys: readonly Buffer[]
}

export interface RepositoryKeys {
  readonly uid: RepositoryUid
  readonly gear: GearTable
  readonly currentEpoch: number
  chunkId(type: RecordType, plaintext: Uint8Array): ChunkId
  /** The root key of an epoch; throws `wrong-key` when these secrets do not hold it. */
  encryptionKey(epoch: number): Buffer
}

export const secretBytes = 32
const gearBytes = 1024

export function deriveKeys(secrets: RepositorySecrets): RepositoryKeys {
  const uid = Buffer.from(secrets.uid) as RepositoryUid
  const derive = (info: string, length: number) => Buffer.from(hkdfSync('sha256', secrets.dedupKey, uid, info, length))
  const idKey = derive('hf1/chunk-id', 32)
  return {
    uid,
    gear: readGear(derive('hf1/gear', gearBytes)),
    currentEpoch: secrets.encryptionKeys.length,
    chunkId: (type, plaintext) =>
      createHmac('sha256', idKey).update(typeBytes[type]!).update(plaintext).digest() as Buffer as ChunkId,
    encryptionKey(epoch) {
      const key = secrets.encryptionKeys[epoch - 1]
      if (!key) throw new FormatError('wrong-key', `the key of epoch ${epoch} is not among those this key slot gave`)
      return key
    },
  }
}

const typeBytes = Array.from({ length: 256 }, (_, type) => Buffer.from([type]))

function readGear(bytes: Buffer): GearTable {
  return Int32Array.from({ length: 256 }, (_, index) => bytes.readInt32LE(index * 4))
}
