/**
 * Streams an answer on Node's raw response: no faster than the reader takes it, and ended the moment the reader leaves. The first
 * piece is made before the headers go, so that what cannot be read is refused with a proper answer; what breaks later breaks the
 * connection, and the browser calls the download failed instead of keeping half a file.
 */
import type { AppContext } from '../http/app-environment.ts'
import type { Log } from '../runtime/log.ts'

/** A piece, or several that are written at once. */
type Pieces = Uint8Array | readonly Uint8Array[]
type Outgoing = NonNullable<AppContext['env']['outgoing']>

/** What a reader takes at least. Slower ones are broken off, so that nobody holds a place for ever by reading nothing. */
export interface Pace {
  readonly bytes: number
  readonly ms: number
}

/** Tells @hono/node-server that the answer is on its way already. */
const alreadySent = () => new Response(null, { headers: { 'x-hono-already-sent': 'true' } })

export async function sendBytes(
  c: AppContext,
  answer: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: AsyncIterable<Pieces>
    readonly pace?: Pace | undefined
    readonly log: Log
  },
): Promise<Response> {
  const outgoing = c.env.outgoing
  if (outgoing === undefined) throw new Error('downloads are streamed on Node’s own response')
  const pieces = answer.body[Symbol.asyncIterator]()
  const first = await pieces.next()
  outgoing.writeHead(answer.status, answer.headers)
  try {
    await writeAll(outgoing, startingWith(first, pieces), answer.pace)
  } catch (error) {
    breakOff(outgoing)
    answer.log.error({ requestId: c.var.requestId, err: error }, 'download broken off')
  }
  return alreadySent()
}

/**
 * By a reset: where an answer has no length and no chunks (HTTP/1.0, and proxies that speak it), an ordinary end would make half an
 * archive pass for a whole one. TLS has an end of its own, which does not come.
 */
export function breakOff(outgoing: Outgoing): void {
  const { socket } = outgoing
  if (socket !== null && !('encrypted' in socket)) socket.resetAndDestroy()
  outgoing.destroy()
}

/**
 * Until all is written or the reader has left. The next pieces are asked for when the system has taken the last ones: whoever makes
 * them may then use their memory again.
 */
async function writeAll(outgoing: Outgoing, body: AsyncIterable<Pieces>, pace: Pace | undefined): Promise<void> {
  let hasLeft = outgoing.destroyed
  let goOn = () => {}
  const leave = () => {
    hasLeft = true
    goOn()
  }
  outgoing.once('close', leave)
  // Whoever leaves may do so with an error of the connection; the close that follows says all that counts.
  outgoing.on('error', leave)
  const untilTaken = async (write: (taken: () => void) => void) => {
    const late = pace && setTimeout(breakOff, pace.ms, outgoing)
    await new Promise<void>((resolve) => {
      goOn = resolve
      if (hasLeft) resolve()
      else write(resolve)
    })
    clearTimeout(late)
  }
  for await (const pieces of body)
    for (const some of pace === undefined ? [pieces] : cutInto(pieces, pace.bytes)) {
      await untilTaken((taken) => write(outgoing, some, taken))
      if (hasLeft) return
    }
  await untilTaken((taken) => outgoing.end(taken))
}

/** Whoever takes one of these in time keeps the pace. */
function* cutInto(pieces: Pieces, bytes: number): Generator<Pieces> {
  const list = pieces instanceof Uint8Array ? [pieces] : pieces
  if (list.reduce((sum, { length }) => sum + length, 0) <= bytes) yield list
  else for (const piece of list) for (let at = 0; at < piece.length; at += bytes) yield piece.subarray(at, at + bytes)
}

function write(outgoing: Outgoing, pieces: Pieces, taken: () => void): void {
  const list = pieces instanceof Uint8Array ? [pieces] : pieces
  outgoing.cork()
  for (const [index, piece] of list.entries()) outgoing.write(piece, index === list.length - 1 ? taken : undefined)
  outgoing.uncork()
  if (list.length === 0) taken()
}

async function* startingWith(first: IteratorResult<Pieces>, rest: AsyncIterator<Pieces>): AsyncGenerator<Pieces> {
  try {
    for (let result = first; !result.done; result = await rest.next()) yield result.value
  } finally {
    await rest.return?.()
  }
}
