import { Problem } from './problem.ts'

export interface BodyLimits {
  readonly maxBytes: number
  /** What Content-Length said, where there was one. */
  readonly announcedBytes?: number | undefined
}

/**
 * Passes a body's pieces on and counts what really arrives, whatever the headers claimed (a length beside chunked encoding once
 * slipped through a library's limit). Throws HF-BODY-TOO-LARGE before the piece that crosses the limit is passed on,
 * HF-BODY-LENGTH-MISMATCH when the sender stopped short of, or went past, what it announced.
 */
export async function* countedBody(body: AsyncIterable<Uint8Array>, limits: BodyLimits): AsyncGenerator<Uint8Array> {
  refuseAnnouncement(limits)
  let receivedBytes = 0
  for await (const piece of withCutAsMismatch(body)) {
    receivedBytes += piece.byteLength
    if (receivedBytes > limits.maxBytes) throw tooLarge(limits.maxBytes)
    if (limits.announcedBytes !== undefined && receivedBytes > limits.announcedBytes) throw mismatch()
    yield piece
  }
  if (limits.announcedBytes !== undefined && receivedBytes !== limits.announcedBytes) throw mismatch()
}

/** Says no before the first byte when the announcement alone is over the limit. */
function refuseAnnouncement({ announcedBytes, maxBytes }: BodyLimits): void {
  if (announcedBytes !== undefined && announcedBytes > maxBytes) throw tooLarge(maxBytes)
}

async function* withCutAsMismatch(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body
  } catch (cause) {
    throw mismatch(cause)
  }
}

function tooLarge(maxBytes: number): Problem {
  return new Problem('HF-BODY-TOO-LARGE', {
    detail: `At most ${maxBytes} bytes are taken here.`,
    // What was not read is not drained either: the connection ends with the answer.
    headers: { connection: 'close' },
  })
}

function mismatch(cause?: unknown): Problem {
  return new Problem('HF-BODY-LENGTH-MISMATCH', { cause, headers: { connection: 'close' } })
}

/** Content-Length as a number; anything but plain digits counts as not announced (node refuses such requests itself). */
export function announcedBytes(contentLength: string | undefined): number | undefined {
  return contentLength !== undefined && /^\d{1,15}$/.test(contentLength) ? Number(contentLength) : undefined
}
