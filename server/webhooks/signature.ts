/** `Holdfast-Signature: t=1774548000,v1=<hex>`: HMAC-SHA-256 under the shared secret over the time, a dot and the body. Pure. */
import { createHmac } from 'node:crypto'

export function signatureOf(signed: { readonly secret: string; readonly body: string; readonly nowMs: number }): string {
  const seconds = Math.floor(signed.nowMs / 1000)
  return `t=${seconds},v1=${createHmac('sha256', signed.secret).update(`${seconds}.${signed.body}`).digest('hex')}`
}
