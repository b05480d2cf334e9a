/**
 * A pack file inside a worker thread, read by synchronous calls into one reused buffer. Large parts are read past the page cache where
 * the system allows: a check asks the disk, not the memory of what was written a moment ago, and costs others nothing of the cache.
 */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { alignedBuffer, directBlockBytes, FormatError } from '../../engine/index.ts'

/** A pack of the largest size has records far smaller than this; one read covers many. */
export const runBytes = 4 * 1024 ** 2
/** Shorter reads are as quick through the cache. */
const directMinBytes = 256 * 1024
/** Not there on macOS and Windows: everything goes through the cache. */
const direct: number = constants.O_DIRECT ?? 0

let buffer = alignedBuffer(runBytes + 2 * directBlockBytes)

export class PackFile implements Disposable {
  readonly sizeBytes: number
  private readonly path: string
  private readonly file: number
  private directFile: number | undefined
  private isDirectRefused = direct === 0

  /** @throws what `open` throws */
  constructor(path: string) {
    this.path = path
    this.file = openSync(path, 'r')
    this.sizeBytes = fstatSync(this.file).size
  }

  /** A part in memory of its own. @throws FormatError when the file ends before */
  part(position: number, length: number): Buffer {
    return fill(this.file, Buffer.allocUnsafeSlow(length), position)
  }

  /** A part as a view of the thread's one buffer: good until the next one. @throws FormatError when the file ends before */
  run(position: number, length: number): Buffer {
    const lead = position % directBlockBytes
    const blocks = Math.ceil((lead + length) / directBlockBytes) * directBlockBytes
    if (blocks > buffer.length) buffer = alignedBuffer(blocks)
    if (length >= directMinBytes && this.readBlocks(buffer.subarray(0, blocks), position - lead, lead + length))
      return buffer.subarray(lead, lead + length)
    return fill(this.file, buffer.subarray(0, length), position)
  }

  [Symbol.dispose](): void {
    closeSync(this.file)
    if (this.directFile !== undefined) closeSync(this.directFile)
  }

  /** False where the system refuses, or gives less than `needed` bytes. */
  private readBlocks(target: Buffer, position: number, needed: number): boolean {
    if (this.isDirectRefused) return false
    try {
      this.directFile ??= openSync(this.path, constants.O_RDONLY | direct)
      return readSync(this.directFile, target, 0, target.length, position) >= needed
    } catch (error) {
      if (!isRefusal(error)) throw error
      this.isDirectRefused = true
      return false
    }
  }
}

function fill(file: number, target: Buffer, position: number): Buffer {
  let length = 0
  while (length < target.length) {
    const count = readSync(file, target, length, target.length - length, position + length)
    if (count === 0) throw new FormatError('pack-damaged', 'a pack is cut off')
    length += count
  }
  return target
}

/** File systems without direct input, and memory that is not on a block's edge. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && 'code' in error && ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(String(error.code))
}
