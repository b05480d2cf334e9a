// One key for each record, one message for each key: key and nonce come from 32 random bytes of the record itself (HKDF), so a
// pair cannot repeat and there is no counter to lose. AES-256-GCM, 16-byte tag, always said so (older Nodes accept short ones).

import { type CipherGCM, createCipheriv, createDecipheriv, type DecipherGCM, hkdfSync } from 'node:crypto'
import { FormatError } from '../model/errors.ts'
import { formatVersion } from '../model/limits.ts'
import type { Codec, RecordType } from '../model/record-type.ts'

/** What binds a key to its record, beside the salt. */
export interface RecordBinding {
  readonly uid: Buffer
  readonly type: RecordType
  readonly codec: Codec
  readonly epoch: number
  readonly chunkId: Buffer
}

const algorithm = 'aes-256-gcm'
export const gcmTagBytes = 16
const keyBytes = 32
const nonceBytes = 12
const label = Buffer.from('hf1/rec')

export function recordCipher(rootKey: Buffer, salt: Buffer, binding: RecordBinding): CipherGCM {
  const { key, nonce } = recordKey(rootKey, salt, binding)
  return createCipheriv(algorithm, key, nonce, { authTagLength: gcmTagBytes })
}

export function recordDecipher(rootKey: Buffer, salt: Buffer, binding: RecordBinding): DecipherGCM {
  const { key, nonce } = recordKey(rootKey, salt, binding)
  return createDecipheriv(algorithm, key, nonce, { authTagLength: gcmTagBytes })
}

/** Deciphers and authenticates; `record-damaged` when the tag does not agree. */
export function openWhole(decipher: DecipherGCM, aad: Uint8Array, ciphertext: Buffer, tag: Buffer): Buffer {
  decipher.setAAD(aad)
  decipher.setAuthTag(tag)
  const plain = decipher.update(ciphertext)
  try {
    decipher.final()
  } catch (cause) {
    throw new FormatError('record-damaged', 'a record does not open: its bytes or its key are not the right ones', { cause })
  }
  return plain
}

function recordKey(rootKey: Buffer, salt: Buffer, binding: RecordBinding): { key: Buffer; nonce: Buffer } {
  const info = Buffer.allocUnsafe(label.length + 16 + 7 + 32)
  let at = label.copy(info)
  at += binding.uid.copy(info, at)
  info[at++] = formatVersion
  info[at++] = binding.type
  info[at++] = binding.codec
  at = info.writeUInt32LE(binding.epoch, at)
  binding.chunkId.copy(info, at)
  const derived = Buffer.from(hkdfSync('sha256', rootKey, salt, info, keyBytes + nonceBytes))
  return { key: derived.subarray(0, keyBytes), nonce: derived.subarray(keyBytes) }
}
