/**
 * Streams an answer on Node's raw response: no faster than the reader takes it, and ended the moment the reader leaves. The first
 * piece is made before the headers go, so that what cannot be read is refused with a proper answer; what breaks later breaks the
 * connection, and the browser calls the download failed instead of keeping half a file.
 */
import { pipeline } from 'node:stream/promises'
import type { AppContext } from '../http/app-environment.ts'
import type { Log } from '../runtime/log.ts'

/** Tells @hono/node-server that the answer is on its way already. */
const alreadySent = () => new Response(null, { headers: { 'x-hono-already-sent': 'true' } })

export async function sendBytes(
  c: AppContext,
  answer: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: AsyncIterable<Uint8Array>
    readonly log: Log
  },
): Promise<Response> {
  const outgoing = c.env.outgoing
  if (outgoing === undefined) throw new Error('downloads are streamed on Node’s own response')
  const pieces = answer.body[Symbol.asyncIterator]()
  const first = await pieces.next()
  outgoing.writeHead(answer.status, answer.headers)
  try {
    await pipeline(startingWith(first, pieces), outgoing)
  } catch (error) {
    if (!hasLeft(error)) answer.log.error({ requestId: c.var.requestId, err: error }, 'download broken off')
  }
  return alreadySent()
}

async function* startingWith(first: IteratorResult<Uint8Array>, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let result = first; !result.done; result = await rest.next()) yield result.value
  } finally {
    await rest.return?.()
  }
}

function hasLeft(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE'
}
