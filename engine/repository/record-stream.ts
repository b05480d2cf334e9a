// Cuts a stream of records, back to back, into records. A record that lies within one piece is given as a view of it; others are
// put together in one buffer, used again and again. Pieces are released as soon as the next one comes.

import { readHeader, recordBytes, recordHeaderBytes } from '../format/record-header.ts'
import { FormatError } from '../model/errors.ts'
import { releasePiece } from '../system/release-piece.ts'

const firstBufferBytes = 2 * 1024 * 1024

/**
 * Yields each record; a view, good until the next step. Headers are checked (CRC, limits), bodies are not.
 * @throws FormatError `record-damaged` for a stream that is no records, or ends within one
 */
export async function* splitRecords(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let buffer: Buffer = Buffer.allocUnsafeSlow(firstBufferBytes)
  let held = 0
  let before: Uint8Array | undefined
  for await (const bytes of pieces) {
    if (before !== undefined) releasePiece(before)
    before = bytes
    const piece = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    let at = 0
    while (at < piece.length) {
      if (held === 0) {
        const length = lengthAt(piece, at)
        if (length !== undefined && at + length <= piece.length) {
          yield piece.subarray(at, at + length)
          at += length
          continue
        }
      }
      const wanted = held < recordHeaderBytes ? recordHeaderBytes : recordBytes(readHeader(buffer))
      if (wanted > buffer.length) buffer = grown(buffer, held, wanted)
      const taken = piece.copy(buffer, held, at, at + wanted - held)
      held += taken
      at += taken
      // A header alone is never a record: a tag follows at least.
      if (held === wanted && wanted > recordHeaderBytes) {
        yield buffer.subarray(0, held)
        held = 0
      }
    }
  }
  if (held > 0) throw new FormatError('record-damaged', 'records end within one of them')
}

function lengthAt(piece: Buffer, at: number): number | undefined {
  return at + recordHeaderBytes <= piece.length ? recordBytes(readHeader(piece, at)) : undefined
}

function grown(buffer: Buffer, held: number, wanted: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(Math.max(buffer.length * 2, wanted))
  buffer.copy(larger, 0, 0, held)
  return larger
}
