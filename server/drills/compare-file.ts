/** A file that was brought back, against a second reading of what is stored: byte for byte, and all that its entry says of it. */
import { createHash } from 'node:crypto'
import { chmod, type FileHandle, lstat, open } from 'node:fs/promises'
import type { DrillableEntry } from './pick-files.ts'

export interface Compared {
  /** Of what was read the second time; undefined when the two differ. */
  readonly sha256: string | undefined
  readonly problem: string | undefined
}

/** `isTimeSet`: the disk could keep the time of the last change. */
export async function compareFile(
  path: Buffer,
  pieces: AsyncIterable<Buffer>,
  expected: { readonly entry: DrillableEntry; readonly isTimeSet: boolean },
): Promise<Compared> {
  const { entry, isTimeSet } = expected
  const stat = await lstat(path, { bigint: true })
  if (!stat.isFile()) return { sha256: undefined, problem: 'what came back is no file' }
  if (stat.size !== BigInt(entry.size))
    return { sha256: undefined, problem: `${stat.size} bytes came back instead of ${entry.size}` }
  if (isTimeSet && stat.mtimeNs !== entry.mtimeNs)
    return { sha256: undefined, problem: 'it came back with another time of its last change' }
  // A file may forbid its reading to everybody; to its owner the mode is no obstacle.
  await chmod(path, 0o600)
  await using file = await open(path, 'r')
  const hash = createHash('sha256')
  let at = 0
  for await (const piece of pieces) {
    if (!(await readAt(file, at, piece.length)).equals(piece))
      return { sha256: undefined, problem: `other bytes came back, from ${at} on` }
    hash.update(piece)
    at += piece.length
  }
  if (BigInt(at) !== stat.size) return { sha256: undefined, problem: `${stat.size} bytes came back instead of ${at}` }
  return { sha256: hash.digest('hex'), problem: undefined }
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await file.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}
