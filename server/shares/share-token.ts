/** What a link carries: 256 random bits in base64url. Only its SHA-256 is kept; the link itself is told once, to whoever makes it. */
import { createHash } from 'node:crypto'
import type { Randomness } from '../runtime/randomness.ts'
import type { ShareKind } from './share.ts'

const tokenBytes = 32
const tokenPattern = /^[A-Za-z0-9_-]{43}$/

export function newShareToken(randomness: Randomness): string {
  return randomness.bytes(tokenBytes).toString('base64url')
}

export function hashShareToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** Anything else is no token of ours, and needs no look at the database. */
export function isShareToken(text: string): boolean {
  return tokenPattern.test(text)
}

const letters = { download: 's', upload: 'u' } as const satisfies Readonly<Record<ShareKind, string>>

export function sharePath(kind: ShareKind, token: string): string {
  return `/${letters[kind]}/${token}`
}
