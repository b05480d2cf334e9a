// Seals what a version says about itself and puts its envelope in front: the file that a target makes a version.

import type { Compression } from '../compression/zstd.ts'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { encodeSnapshotBody, type SnapshotBody } from '../format/snapshot-body.ts'
import { encodeEnvelope, encodeSnapshotFile } from '../format/snapshot-envelope.ts'
import type { ChunkId, DeviceId } from '../model/ids.ts'
import { recordTypes } from '../model/record-type.ts'
import { sealRecord } from './record.ts'
import type { ChainHead } from './target.ts'

export interface SnapshotToSeal {
  readonly root: ChunkId
  readonly device: DeviceId
  /** The place in the device's chain that the target gave. */
  readonly head: ChainHead
  readonly body: SnapshotBody
  readonly compression: Compression
  /** 32 fresh random bytes. Never used twice. */
  readonly salt: Buffer
}

export function sealSnapshotFile(keys: RepositoryKeys, snapshot: SnapshotToSeal): Buffer {
  const { root, device, head, body, compression, salt } = snapshot
  const { seq, serverTimeMs, previous } = head
  const envelope = encodeEnvelope({ root, seq, device, serverTimeMs, previous })
  const plaintext = encodeSnapshotBody(body)
  const chunkId = keys.chunkId(recordTypes.snapshot, plaintext)
  const record = sealRecord(keys, {
    type: recordTypes.snapshot,
    chunkId,
    plaintext,
    refs: [root],
    compression,
    salt,
    prefix: envelope,
  })
  return encodeSnapshotFile(envelope, record)
}
