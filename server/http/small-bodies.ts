import type { MiddlewareHandler } from 'hono'
import type { AppContext, AppEnvironment } from './app-environment.ts'
import { announcedBytes, countedBody } from './counted-body.ts'
import { type BodyRule, smallBodyMaxBytes } from './route-rules.ts'

/**
 * Reads the body of every route but the streaming ones whole, counted, before its handler runs, and hands it to Hono's request,
 * so that `c.req.json()`, forms and validators work on bytes that are already within the limit.
 */
export function readSmallBodies(): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    const maxBytes = maxBytesOf(c.var.routeRule.body ?? 'small')
    if (maxBytes !== undefined && c.req.raw.body !== null) {
      const bytes = readBody(c, c.req.raw.body, maxBytes)
      await bytes
      // Hono keeps promises of bodies here, whatever its type says.
      Object.assign(c.req.bodyCache, { arrayBuffer: bytes })
    }
    await next()
  }
}

function maxBytesOf(rule: BodyRule): number | undefined {
  if (rule === 'stream') return undefined
  if (rule === 'none') return 0
  return rule === 'small' ? smallBodyMaxBytes : rule.maxBytes
}

async function readBody(c: AppContext, body: ReadableStream<Uint8Array>, maxBytes: number): Promise<ArrayBuffer> {
  const announced = c.req.header('transfer-encoding') === undefined ? announcedBytes(c.req.header('content-length')) : undefined
  const pieces: Uint8Array[] = []
  for await (const piece of countedBody(body, { maxBytes, announcedBytes: announced })) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
}
