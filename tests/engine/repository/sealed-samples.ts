// Keys and records for tests: sealed as the engine seals, or as somebody would who has the keys and means harm.

import { createHash } from 'node:crypto'
import { recordCipher } from '../../../engine/crypto/record-cipher.ts'
import { padme } from '../../../engine/format/padme.ts'
import {
  payloadHeadBytes,
  recordBytes,
  recordHeaderBytes,
  writeHeader,
  writeHeaderCrcs,
} from '../../../engine/format/record-header.ts'
import {
  type ChunkId,
  deriveKeys,
  type PackKind,
  type RepositorySecrets,
  recordTypes,
  sealRecord,
} from '../../../engine/index.ts'
import { type Codec, codecs, type RecordType } from '../../../engine/model/record-type.ts'
import { PackWriter } from '../../../engine/repository/pack-writer.ts'
import { refsOfPlaintext } from '../../../engine/repository/refs.ts'

/** Bytes that look random and are the same every time. */
export function fixedBytes(words: string, length: number): Buffer {
  return createHash('shake256', { outputLength: length }).update(words).digest()
}

export const secrets: RepositorySecrets = {
  uid: fixedBytes('uid', 16),
  dedupKey: fixedBytes('dedup key', 32),
  encryptionKeys: [fixedBytes('encryption key 1', 32), fixedBytes('encryption key 2', 32)],
}
export const keys = deriveKeys(secrets)

export interface Sample {
  readonly type: RecordType
  readonly plaintext: Buffer
  readonly refs?: readonly ChunkId[]
  readonly prefix?: Buffer
}

export function toSeal({ type, plaintext, refs, prefix }: Sample) {
  const chunkId = keys.chunkId(type, plaintext)
  const salt = fixedBytes(`salt of ${chunkId.toString('hex')}`, 32)
  return {
    type,
    plaintext,
    chunkId,
    salt,
    refs: refs ?? refsOfPlaintext(type, plaintext),
    compression: 'default' as const,
    ...(prefix ? { prefix } : {}),
  }
}

export function sealed(sample: Sample): Buffer {
  return Buffer.from(sealRecord(keys, toSeal(sample)))
}

/** A record around any payload, rightly sealed and with right checksums: what its lengths and its id say is up to the caller. */
export function sealedPayload(
  payload: Buffer,
  how: { type?: RecordType; codec?: Codec; chunkId: ChunkId; epoch?: number },
): Buffer {
  const header = {
    type: how.type ?? recordTypes.data,
    codec: how.codec ?? codecs.none,
    epoch: how.epoch ?? keys.currentEpoch,
    refsCount: 0,
    ciphertextBytes: payload.length,
    chunkId: how.chunkId,
    salt: fixedBytes('salt of a payload', 32),
  }
  const record = Buffer.alloc(recordBytes(header))
  writeHeader(record, 0, header)
  const cipher = recordCipher(keys.encryptionKey(header.epoch), header.salt, { uid: keys.uid, ...header })
  cipher.setAAD(record.subarray(0, recordHeaderBytes))
  record.set(cipher.update(payload), recordHeaderBytes)
  cipher.final()
  record.set(cipher.getAuthTag(), recordHeaderBytes + payload.length)
  writeHeaderCrcs(record, 0, record.length)
  return record
}

/** A payload with any two lengths in front, padded as format 1 pads. */
export function payloadOf(lengths: { raw: number; stored: number }, bytes: Buffer, padding = 0): Buffer {
  const payload = Buffer.alloc(padme(payloadHeadBytes + bytes.length), padding)
  payload.writeUInt32LE(lengths.raw, 0)
  payload.writeUInt32LE(lengths.stored, 4)
  payload.set(bytes, payloadHeadBytes)
  return payload
}

/** A whole pack of these records. */
export function packOf(kind: PackKind, samples: readonly Sample[]): Buffer {
  const writer = new PackWriter(Buffer.alloc(16 * 1024 * 1024), keys, kind)
  for (const sample of samples) writer.add(toSeal(sample))
  return Buffer.from(writer.finish().bytes)
}
