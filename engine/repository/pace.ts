// Sends bytes no faster than a limit, in small pieces, so that the line stays usable for others; shared by all connections.

import { setTimeout as wait } from 'node:timers/promises'

export interface Pace {
  /** The bytes again, in pieces that come when they may be sent. */
  pieces(bytes: Uint8Array, signal?: AbortSignal): AsyncIterable<Uint8Array>
}

const pieceMaxBytes = 64 * 1024
const pieceMinBytes = 1024
/** Pieces each second: enough for the rate to look even. */
const piecesPerSecond = 20

export function createPace(options: { readonly bytesPerSecond: number; readonly now: () => number }): Pace {
  const { bytesPerSecond, now } = options
  if (!(bytesPerSecond > 0)) throw new RangeError('a rate is more than nothing')
  const pieceBytes = Math.round(Math.min(pieceMaxBytes, Math.max(pieceMinBytes, bytesPerSecond / piecesPerSecond)))
  /** When the line is free again. */
  let freeAtMs = 0
  return {
    async *pieces(bytes, signal) {
      for (let at = 0; at < bytes.length; at += pieceBytes) {
        const piece = bytes.subarray(at, at + pieceBytes)
        const startMs = Math.max(now(), freeAtMs)
        freeAtMs = startMs + (piece.length / bytesPerSecond) * 1000
        const waitMs = startMs - now()
        if (waitMs > 0) await wait(waitMs, undefined, signal ? { signal } : {})
        yield piece
      }
    },
  }
}
