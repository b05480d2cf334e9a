/** A small copy of a picture as an answer: only what the box has drawn itself, never a stored byte. */
import type { AppContext } from '../http/app-environment.ts'

/** What is shown where a picture cannot be drawn: nothing, through which the icon beneath is seen. */
const transparent = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>')
export const drawnPolicy = { 'content-security-policy': "default-src 'none'; sandbox" } as const

/** `drawn` empty: it cannot be drawn; undefined: too many are asked for at once, and the next look asks again. */
export function answerDrawn(c: AppContext, drawn: Buffer | undefined, headers: Readonly<Record<string, string>>): Response {
  const hasDrawn = drawn !== undefined && drawn.length > 0
  return c.body(new Uint8Array(hasDrawn ? drawn : transparent), 200, {
    ...drawnPolicy,
    ...(drawn === undefined ? { 'cache-control': 'no-store' } : headers),
    'content-type': hasDrawn ? 'image/webp' : 'image/svg+xml',
  })
}
