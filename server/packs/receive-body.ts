import type { Readable } from 'node:stream'
import { PackError } from './pack.ts'

export interface BodyToReceive {
  readonly body: Readable
  readonly maxBytes: number
  /** What Content-Length said, where there was one. */
  readonly announcedBytes: number | undefined
  /** Takes pieces, many at once so that a disk write is worth its price; the body waits until it is done. */
  readonly take: (pieces: readonly Buffer[]) => Promise<void>
}

const takeBytes = 1024 ** 2

/**
 * Reads a body to its end, without an allocation or a promise for each piece: pieces are counted and handed on about 1 MiB at a time,
 * and the sender waits while they are written. Throws `length-mismatch` for a body that is cut off or not as long as announced,
 * `too-large`, or whatever `take` throws.
 */
export function receiveBody({ body, maxBytes, announcedBytes, take }: BodyToReceive): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let pieces: Buffer[] = []
  let waitingBytes = 0
  let receivedBytes = 0
  let isTaking = false
  let isAtEnd = false

  const fail = (error: unknown) => {
    detach()
    reject(error)
  }
  const hand = async () => {
    if (isTaking) return
    isTaking = true
    const full = pieces
    pieces = []
    waitingBytes = 0
    try {
      if (full.length > 0) await take(full)
    } catch (error) {
      fail(error)
      return
    }
    isTaking = false
    if (isAtEnd) finish()
    else body.resume()
  }
  const finish = () => {
    if (isTaking) return
    if (pieces.length > 0) {
      void hand()
      return
    }
    detach()
    if (announcedBytes !== undefined && announcedBytes !== receivedBytes) reject(mismatch(undefined))
    else resolve(receivedBytes)
  }
  const onData = (piece: Buffer) => {
    receivedBytes += piece.length
    if (receivedBytes > maxBytes) {
      fail(new PackError('too-large', `A pack has at most ${maxBytes} bytes.`))
      return
    }
    pieces.push(piece)
    waitingBytes += piece.length
    if (waitingBytes < takeBytes) return
    body.pause()
    void hand()
  }
  const onEnd = () => {
    isAtEnd = true
    finish()
  }
  const onCut = (cause?: Error) => fail(mismatch(cause))

  const detach = () => {
    body.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onClose)
    // A connection that breaks later is nobody's concern any more, and must not end the process.
    body.on('error', () => {})
  }
  const onClose = () => {
    if (!isAtEnd) onCut()
  }
  body.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onClose)
  return promise
}

function mismatch(cause: Error | undefined): PackError {
  return new PackError('length-mismatch', 'The upload was longer or shorter than announced.', { cause })
}
