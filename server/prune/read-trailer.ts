/** A pack's trailer by three small reads of its file. */
import { type FileHandle, open } from 'node:fs/promises'
import { FormatError, PackedTrailer, packFootBytes, packHeadBytes, type RepositoryUid, trailerRange } from '../../engine/index.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'

/** Undefined when no file of them is there, readable and whole enough to say. */
export async function readTrailer(files: readonly string[], uid: RepositoryUid): Promise<PackedTrailer | undefined> {
  for (const path of files) {
    const trailer = await tryFile(path)
    if (trailer?.uid.equals(uid)) return trailer
  }
  return undefined
}

async function tryFile(path: string): Promise<PackedTrailer | undefined> {
  try {
    const file = await open(path, 'r')
    try {
      return await readFrom(file)
    } finally {
      await file.close()
    }
  } catch (error) {
    if (error instanceof FormatError || hasCode(error, ['ENOENT', 'EIO', 'EISDIR'])) return undefined
    throw error
  }
}

async function readFrom(file: FileHandle): Promise<PackedTrailer> {
  const { size } = await file.stat()
  if (size < packHeadBytes + packFootBytes) throw new FormatError('pack-damaged', 'a pack is cut off')
  const foot = await read(file, { offset: size - packFootBytes, length: packFootBytes })
  const entries = await read(file, trailerRange(foot, size))
  return new PackedTrailer({ head: await read(file, { offset: 0, length: packHeadBytes }), entries, foot })
}

async function read(file: FileHandle, range: { readonly offset: number; readonly length: number }): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(range.length)
  for (let at = 0; at < range.length; ) {
    const { bytesRead } = await file.read(bytes, at, range.length - at, range.offset + at)
    if (bytesRead === 0) throw new FormatError('pack-damaged', 'a pack is cut off')
    at += bytesRead
  }
  return bytes
}
