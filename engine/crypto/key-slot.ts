// A key slot protects a repository's secrets under one key-encryption key. AES-256-GCM alone would let one ciphertext open under
// two keys; an explicit commitment (HKDF of the key, compared before opening) rules that out and tells a wrong key from damage.

import { createCipheriv, createDecipheriv, hkdfSync, timingSafeEqual } from 'node:crypto'
import { FormatError } from '../model/errors.ts'
import { epochsMax } from '../model/limits.ts'
import { type RepositorySecrets, secretBytes } from './keys.ts'

export const keySlotKinds = ['managed', 'recovery', 'device', 'passphrase'] as const
export type KeySlotKind = (typeof keySlotKinds)[number]

/** As in keys/<slot-id>.json; byte fields are base64 there. */
export interface KeySlot {
  readonly id: string
  readonly kind: KeySlotKind
  /** 32 random bytes. */
  readonly salt: Buffer
  readonly commitment: Buffer
  /** Sealed secrets and their 16-byte tag. */
  readonly sealed: Buffer
}

export const keySlotSaltBytes = 32
export const keySlotCommitmentBytes = 32
const tagBytes = 16
const slotName = /^[a-z0-9][a-z0-9-]{0,63}$/
const wholeKeyBytes = 32 + 12 + 32

export function parseKeySlotId(id: string): string {
  if (!slotName.test(id)) throw new FormatError('key-slot-damaged', 'a key slot id is 1 to 64 lower-case letters, digits and -')
  return id
}

/** Payload: DRK, u32 n, ERK_1 … ERK_n. `salt` is 32 fresh random bytes. */
export function sealKeySlot(
  slot: { id: string; kind: KeySlotKind; salt: Buffer },
  keyEncryptionKey: Buffer,
  secrets: RepositorySecrets,
): KeySlot {
  const { key, nonce, commitment } = slotKeys(slot.salt, keyEncryptionKey)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(slotContext(secrets.uid, slot))
  const count = Buffer.alloc(4)
  count.writeUInt32LE(secrets.encryptionKeys.length)
  const payload = Buffer.concat([secrets.dedupKey, count, ...secrets.encryptionKeys])
  const sealed = Buffer.concat([cipher.update(payload), cipher.final(), cipher.getAuthTag()])
  return { id: parseKeySlotId(slot.id), kind: slot.kind, salt: slot.salt, commitment, sealed }
}

/** @throws FormatError `wrong-key` when the key is not this slot's, `key-slot-damaged` when its bytes are not what they were */
export function openKeySlot(slot: KeySlot, uid: Buffer, keyEncryptionKey: Buffer): RepositorySecrets {
  const { key, nonce, commitment } = slotKeys(slot.salt, keyEncryptionKey)
  if (slot.commitment.length !== commitment.length || !timingSafeEqual(slot.commitment, commitment)) {
    throw new FormatError('wrong-key', `this is not the key of the ${slot.kind} key slot`)
  }
  if (slot.sealed.length < tagBytes) throw new FormatError('key-slot-damaged', 'a key slot is cut off')
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(slotContext(uid, slot))
  decipher.setAuthTag(slot.sealed.subarray(slot.sealed.length - tagBytes))
  const payload = decipher.update(slot.sealed.subarray(0, slot.sealed.length - tagBytes))
  try {
    decipher.final()
  } catch (cause) {
    throw new FormatError('key-slot-damaged', `the ${slot.kind} key slot is damaged`, { cause })
  }
  return readSecrets(uid, payload)
}

/** The box's own slot: HKDF(master.key, uid, slot id). */
export function managedSlotKey(masterKey: Buffer, uid: Buffer, slotId: string): Buffer {
  return Buffer.from(hkdfSync('sha256', masterKey, uid, `hf1/managed/${slotId}`, 32))
}

/** The recovery slot: from the 32 bytes printed on the customer's kit. */
export function recoverySlotKey(recoverySecret: Buffer, uid: Buffer): Buffer {
  return Buffer.from(hkdfSync('sha256', recoverySecret, uid, 'hf1/recovery', 32))
}

function slotKeys(salt: Buffer, keyEncryptionKey: Buffer): { key: Buffer; nonce: Buffer; commitment: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', keyEncryptionKey, salt, 'hf1/slot', wholeKeyBytes))
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32, 44), commitment: bytes.subarray(44) }
}

function slotContext(uid: Buffer, slot: { id: string; kind: KeySlotKind }): Buffer {
  return Buffer.concat([Buffer.from('hf1/slot'), uid, Buffer.from(`${slot.kind}/${slot.id}`)])
}

function readSecrets(uid: Buffer, payload: Buffer): RepositorySecrets {
  const headBytes = secretBytes + 4
  const epochs = payload.length < headBytes ? 0 : payload.readUInt32LE(secretBytes)
  if (epochs < 1 || epochs > epochsMax || payload.length !== headBytes + epochs * secretBytes) {
    throw new FormatError('key-slot-damaged', 'a key slot holds no whole set of secrets')
  }
  const keyAt = (index: number) =>
    Buffer.from(payload.subarray(headBytes + index * secretBytes, headBytes + (index + 1) * secretBytes))
  return {
    uid: Buffer.from(uid),
    dedupKey: Buffer.from(payload.subarray(0, secretBytes)),
    encryptionKeys: Array.from({ length: epochs }, (_, index) => keyAt(index)),
  }
}
