/**
 * Secrets that the box keeps for others, sealed under master.key: customers' recovery secrets and devices' slot keys. MySQL and
 * its dumps hold these bytes only. Byte table and reasons: docs/format/sealed-secrets.md.
 *
 *   0  1  version (1)        1 32  salt        33 n  ciphertext        33 + n 16  tag
 *
 * key || nonce = HKDF-SHA256(master.key, salt, "hf1/sealed/" || purpose, 44); AES-256-GCM; AAD = version byte || context.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import type { Randomness } from '../runtime/randomness.ts'
import { RepositoryError } from './repository-error.ts'

export const sealedPurposes = [
  'recovery-secret',
  'device-slot-key',
  'server-recovery-secret',
  'outbox-key',
  'outbox',
  'mail-password',
  'webhook-secret',
  'second-factor',
] as const
export type SealedPurpose = (typeof sealedPurposes)[number]

export interface SealedContext {
  readonly purpose: SealedPurpose
  /** What the secret belongs to, so that a row's bytes moved to another row do not open: uid and slot id. */
  readonly uid: Buffer
  readonly slotId: string
}

const version = 1
const saltBytes = 32
const tagBytes = 16
const headBytes = 1 + saltBytes

export function sealSecret(masterKey: Buffer, secret: Buffer, context: SealedContext, randomness: Randomness): Buffer {
  const salt = randomness.bytes(saltBytes)
  const { key, nonce } = secretKey(masterKey, salt, context.purpose)
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  cipher.setAAD(boundTo(context))
  return Buffer.concat([Buffer.from([version]), salt, cipher.update(secret), cipher.final(), cipher.getAuthTag()])
}

/** @throws RepositoryError `secret-damaged`: other bytes, another context or another master.key */
export function unsealSecret(masterKey: Buffer, sealed: Buffer, context: SealedContext): Buffer {
  if (sealed.length < headBytes + tagBytes || sealed[0] !== version) throw damaged()
  const { key, nonce } = secretKey(masterKey, sealed.subarray(1, headBytes), context.purpose)
  const decipher = createDecipheriv('aes-256-gcm', key, nonce, { authTagLength: tagBytes })
  decipher.setAAD(boundTo(context))
  decipher.setAuthTag(sealed.subarray(sealed.length - tagBytes))
  const secret = decipher.update(sealed.subarray(headBytes, sealed.length - tagBytes))
  try {
    decipher.final()
  } catch (cause) {
    throw damaged(cause)
  }
  return secret
}

function secretKey(masterKey: Buffer, salt: Buffer, purpose: SealedPurpose): { readonly key: Buffer; readonly nonce: Buffer } {
  const bytes = Buffer.from(hkdfSync('sha256', masterKey, salt, `hf1/sealed/${purpose}`, 32 + 12))
  return { key: bytes.subarray(0, 32), nonce: bytes.subarray(32) }
}

function boundTo({ uid, slotId }: SealedContext): Buffer {
  return Buffer.concat([Buffer.from([version]), uid, Buffer.from(slotId, 'latin1')])
}

function damaged(cause?: unknown): RepositoryError {
  return new RepositoryError('secret-damaged', 'A secret kept by the box does not open under this master key.', { cause })
}
