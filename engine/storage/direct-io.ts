// Large files move between memory and a local disk past the page cache, where the system allows it: written once and seldom read soon
// after, they would cost more CPU there than everything else that is done with them, and push out what is needed. And a file that is
// read back to be proved must come from the disk, not from memory. Only a way of moving bytes: durability is fsync's, as ever.

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { alignedBuffer, directBlockBytes, isAligned } from '../system/aligned-buffer.ts'
import { codeOf } from './local-faults.ts'

/** Not there on macOS and Windows. */
const direct: number = constants.O_DIRECT ?? 0
/** Smaller files are as cheap through the cache. */
const directMinBytes = 256 * 1024
/** File systems that know no direct input and output say one of these. */
const refusals = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'])

/**
 * Writes as many of the first bytes as fit whole blocks, in pieces; returns how many. 0 where it is refused, or not worth it: the
 * caller writes the rest through the cache.
 */
export async function writeDirect(
  path: string,
  bytes: Uint8Array,
  pieces: { readonly atOnceBytes: number; readonly beforePiece?: ((pieceBytes: number) => Promise<void>) | undefined },
): Promise<number> {
  const wholeBytes = bytes.length - (bytes.length % directBlockBytes)
  const fits = direct !== 0 && wholeBytes >= directMinBytes && pieces.atOnceBytes % directBlockBytes === 0
  if (!fits || !isAligned(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))) return 0
  const file = await openUnlessRefused(path, constants.O_WRONLY | direct)
  if (file === undefined) return 0
  let done = 0
  try {
    while (done < wholeBytes) {
      const length = Math.min(pieces.atOnceBytes, wholeBytes - done)
      await pieces.beforePiece?.(length)
      const { bytesWritten } = await file.write(bytes, done, length, done)
      done += bytesWritten
      // A disk that is nearly full takes a part and reports no error.
      if (bytesWritten % directBlockBytes !== 0) break
    }
  } catch (error) {
    if (!refusals.has(codeOf(error) ?? '')) throw error
  } finally {
    await file.close()
  }
  return done
}

/** Undefined where it is refused, or not worth it. Shorter than asked for only at the end of the file. */
export async function readDirect(
  path: string,
  range: { readonly start: number; readonly length: number },
): Promise<Buffer | undefined> {
  const { start, length } = range
  if (direct === 0 || length < directMinBytes || start % directBlockBytes !== 0) return undefined
  const memory = alignedBuffer(Math.ceil(length / directBlockBytes) * directBlockBytes)
  if (!isAligned(memory)) return undefined
  const file = await openUnlessRefused(path, constants.O_RDONLY | direct | (constants.O_NOFOLLOW ?? 0))
  if (file === undefined) return undefined
  try {
    const { bytesRead } = await file.read(memory, 0, memory.length, start)
    return memory.subarray(0, Math.min(bytesRead, length))
  } catch (error) {
    if (refusals.has(codeOf(error) ?? '')) return undefined
    throw error
  } finally {
    await file.close()
  }
}

async function openUnlessRefused(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags)
  } catch (error) {
    if (refusals.has(codeOf(error) ?? '')) return undefined
    throw error
  }
}
