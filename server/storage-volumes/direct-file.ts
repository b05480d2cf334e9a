/**
 * Files that are written once and seldom read soon after, moved between buffer and disk without the page cache: it would cost more
 * CPU than everything else the box does with the bytes (1 GiB written: 2.4 CPU s through the cache, 0.15 s past it), and throw out what
 * the database and the pages need. Only a way of moving bytes: durability is `sync`, as with any file.
 *
 * Direct input and output want offset, length and address on a block's edge, and some file systems refuse it. Whatever does not fit goes
 * through the cache, so callers need not care; they are fast when they write full buffers of a pool (`createBufferPool`).
 */
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { directBlockBytes, isAligned } from '../../engine/index.ts'
import { hasCode } from './durable-file.ts'

/** Not there on macOS and Windows: files are then written as all others. */
const direct: number = constants.O_DIRECT ?? 0

export interface NewFile {
  /** Writes bytes to the end of the file. One call at a time. */
  readonly write: (bytes: Buffer) => Promise<void>
  readonly sync: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Makes a file that must not be there. `isDirect`: past the page cache where the system allows. */
export async function openNewFile(path: string, { isDirect }: { readonly isDirect: boolean }): Promise<NewFile> {
  const file = new WritingFile(path)
  await file.open(isDirect)
  return file
}

const newFile = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL
const fileMode = 0o600

class WritingFile implements NewFile {
  private readonly path: string
  private position = 0
  private directHandle: FileHandle | undefined
  private cachedHandle: FileHandle | undefined

  constructor(path: string) {
    this.path = path
  }

  async open(isDirect: boolean): Promise<void> {
    if (isDirect && direct !== 0) this.directHandle = await openUnlessRefused(this.path, newFile | direct)
    // A file system that knows no direct files may have made the file before it refused.
    if (this.directHandle === undefined)
      this.cachedHandle = await open(this.path, newFile & ~(isDirect ? constants.O_EXCL : 0), fileMode)
  }

  async write(bytes: Buffer): Promise<void> {
    let rest = bytes
    while (rest.length > 0) {
      const written = this.fitsDirect(rest) ? await this.writeBlocks(rest) : await this.writeCached(rest)
      this.position += written
      rest = rest.subarray(written)
    }
  }

  async sync(): Promise<void> {
    // Of the file, by whichever handle its bytes came.
    await this.any.sync()
  }

  async close(): Promise<void> {
    await this.directHandle?.close()
    await this.cachedHandle?.close()
  }

  private get any(): FileHandle {
    return (this.cachedHandle ?? this.directHandle)!
  }

  private fitsDirect(bytes: Buffer): boolean {
    return (
      this.directHandle !== undefined &&
      bytes.length >= directBlockBytes &&
      this.position % directBlockBytes === 0 &&
      isAligned(bytes)
    )
  }

  private async writeBlocks(bytes: Buffer): Promise<number> {
    const length = bytes.length - (bytes.length % directBlockBytes)
    try {
      return (await this.directHandle!.write(bytes, 0, length, this.position)).bytesWritten
    } catch (error) {
      // A disk with larger blocks, or a file system that says no only here.
      if (!hasCode(error, refusals)) throw error
      return this.writeCached(bytes)
    }
  }

  /** A disk that is nearly full takes a part and reports no error. */
  private async writeCached(bytes: Buffer): Promise<number> {
    this.cachedHandle ??= await open(this.path, constants.O_WRONLY)
    return (await this.cachedHandle.write(bytes, 0, bytes.length, this.position)).bytesWritten
  }
}

const refusals = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP']

async function openUnlessRefused(path: string, flags: number): Promise<FileHandle | undefined> {
  try {
    return await open(path, flags, fileMode)
  } catch (error) {
    if (hasCode(error, refusals)) return undefined
    throw error
  }
}

/** Shorter reads are as quick through the cache, and may find their bytes there. */
const directReadMinBytes = 256 * 1024

/** Room that `readRange` needs around a range to read it past the cache. */
export const readRoomBytes = 2 * directBlockBytes

/**
 * Reads a whole range, or as much of it as the file has, into a buffer with `readRoomBytes` more than the range. The answer is a view of
 * the buffer, not always from its start.
 */
export async function readRange(
  path: string,
  range: { readonly offset: number; readonly length: number; readonly buffer: Buffer; readonly isDirect: boolean },
): Promise<Buffer> {
  const { offset, length, buffer, isDirect } = range
  const isWorth = isDirect && direct !== 0 && length >= directReadMinBytes && isAligned(buffer)
  if (isWorth) {
    const lead = offset % directBlockBytes
    const blocks = Math.ceil((lead + length) / directBlockBytes) * directBlockBytes
    const bytes = await readBlocks(path, buffer.subarray(0, blocks), offset - lead)
    if (bytes !== undefined) return bytes.subarray(lead, lead + length)
  }
  await using file = await open(path, 'r')
  return await fill(file, buffer.subarray(0, length), offset)
}

/** Undefined where the system refuses. */
async function readBlocks(path: string, target: Buffer, offset: number): Promise<Buffer | undefined> {
  try {
    await using file = await open(path, constants.O_RDONLY | direct)
    // Short only at the end of the file.
    const { bytesRead } = await file.read(target, 0, target.length, offset)
    return target.subarray(0, bytesRead)
  } catch (error) {
    if (hasCode(error, refusals)) return undefined
    throw error
  }
}

async function fill(file: FileHandle, target: Buffer, offset: number): Promise<Buffer> {
  let length = 0
  while (length < target.length) {
    const { bytesRead } = await file.read(target, length, target.length - length, offset + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return target.subarray(0, length)
}
