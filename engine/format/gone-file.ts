// What is left of a forgotten version, under its name and `.gone`: enough to prove that the chain has no hole, and no more.
//
// File: u32 envelope length · envelope, as in the snapshot file · 32 SHA-256 of the snapshot's record
// The version's id is SHA-256(envelope || those 32 bytes), so the file proves itself against its name.

import { createHash } from 'node:crypto'
import { FormatError } from '../model/errors.ts'
import { parseSnapshotId, type SnapshotId } from '../model/ids.ts'
import { snapshotEnvelopeMaxBytes } from '../model/limits.ts'
import { ByteReader } from './bytes.ts'
import { readEnvelope, type SnapshotEnvelope, type SnapshotFile } from './snapshot-envelope.ts'

export interface GoneFile {
  readonly id: SnapshotId
  readonly envelope: SnapshotEnvelope
}

export const goneSuffix = '.gone'
const hashBytes = 32

export function encodeGoneFile(snapshot: Pick<SnapshotFile, 'envelopeBytes' | 'record'>): Buffer {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(snapshot.envelopeBytes.length)
  return Buffer.concat([length, snapshot.envelopeBytes, createHash('sha256').update(snapshot.record).digest()])
}

/** @throws FormatError `snapshot-damaged`, `limit-exceeded`, `unsupported-version` */
export function readGoneFile(file: Buffer): GoneFile {
  const from = new ByteReader(file, 'snapshot-damaged')
  const envelopeLength = from.u32()
  if (envelopeLength > snapshotEnvelopeMaxBytes)
    throw new FormatError('limit-exceeded', `a snapshot envelope of ${envelopeLength} bytes`)
  const envelopeBytes = from.bytes(envelopeLength)
  const recordHash = from.bytes(hashBytes)
  from.end()
  const id = parseSnapshotId(createHash('sha256').update(envelopeBytes).update(recordHash).digest('hex'))
  return { id, envelope: readEnvelope(envelopeBytes) }
}
