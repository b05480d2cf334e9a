/**
 * What a browser is given that has typed a link's password: for how long it may come back without, and a proof that the box said so. It
 * is bound to the link and to its password of now, so that another password asks again; it is not the link, and no use without it.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { Share } from './share.ts'

export interface SharePasses {
  readonly give: (share: Share, nowMs: number) => string
  readonly isGood: (share: Share, pass: string, nowMs: number) => boolean
}

export const passLifetimeMs = 2 * 60 * 60 * 1000
const keyBytes = 32
const passPattern = /^([0-9a-z]{1,11})\.([A-Za-z0-9_-]{43})$/

export function createSharePasses(masterKey: Buffer): SharePasses {
  const key = Buffer.from(hkdfSync('sha256', masterKey, Buffer.alloc(0), 'hf1/share-pass', keyBytes))
  const proofOf = ({ shareId, passwordHash }: Share, untilMs: number) =>
    createHmac('sha256', key)
      .update(JSON.stringify([shareId, passwordHash ?? '', untilMs]))
      .digest()
  return {
    give: (share, nowMs) => {
      const untilMs = nowMs + passLifetimeMs
      return `${untilMs.toString(36)}.${proofOf(share, untilMs).toString('base64url')}`
    },
    isGood: (share, pass, nowMs) => {
      const [, until = '', proof = ''] = passPattern.exec(pass) ?? []
      const untilMs = Number.parseInt(until, 36)
      if (!(untilMs > nowMs && untilMs <= nowMs + passLifetimeMs)) return false
      return timingSafeEqual(Buffer.from(proof, 'base64url'), proofOf(share, untilMs))
    },
  }
}
