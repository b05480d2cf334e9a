/**
 * Time-based one-time passwords, RFC 6238 over RFC 4226: HMAC-SHA-1, 6 digits, steps of 30 s, as every authenticator speaks them.
 * Why not a package: docs/decisions/0030-one-time-passwords-of-our-own.md. Pure.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { encodeBase32UpperCaseNoPadding } from '@oslojs/encoding'

export const totpSecretBytes = 20
const stepMs = 30_000
const digits = 6
/** A clock may be wrong by one step, either way. */
const stepsBeside = [0, -1, 1] as const

export function totpStepAt(nowMs: number): number {
  return Math.floor(nowMs / stepMs)
}

export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', secret).update(counter).digest()
  const offset = mac[mac.length - 1]! & 0xf
  const truncated = mac.readUInt32BE(offset) & 0x7fffffff
  return String(truncated % 10 ** digits).padStart(digits, '0')
}

/** The time step whose code this is, around now; undefined for anything else. Takes the same time for every wrong code. */
export function findTotpStep(secret: Uint8Array, typed: string, nowMs: number): number | undefined {
  const given = Buffer.from(typed.replaceAll(/\s/g, ''))
  const now = totpStepAt(nowMs)
  let found: number | undefined
  for (const beside of stepsBeside) {
    const right = Buffer.from(totpCode(secret, now + beside))
    if (given.length === right.length && timingSafeEqual(given, right)) found = now + beside
  }
  return found
}

/** What an authenticator reads from the QR code. @see https://github.com/google/google-authenticator/wiki/Key-Uri-Format */
export function totpUri(secret: Uint8Array, names: { readonly box: string; readonly email: string }): string {
  const issuer = encodeURIComponent(`Holdfast ${names.box}`)
  return `otpauth://totp/${issuer}:${encodeURIComponent(names.email)}?secret=${totpSecretText(secret)}&issuer=${issuer}`
}

/** To be typed where no camera is. */
export function totpSecretText(secret: Uint8Array): string {
  return encodeBase32UpperCaseNoPadding(secret)
}
