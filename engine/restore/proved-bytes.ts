// Bytes of local files against the ids they should have: what need not be fetched, and what was written right.

import { readSync } from 'node:fs'
import type { RepositoryKeys } from '../crypto/keys.ts'
import { rawRecordMaxBytes } from '../model/limits.ts'
import { recordTypes } from '../model/record-type.ts'
import { dataRegions } from '../system/posix.ts'
import type { CheckedRun } from './worker-protocol.ts'

const scratch = Buffer.allocUnsafeSlow(1024 * 1024)
let large: Buffer | undefined
const compared = Buffer.allocUnsafeSlow(scratch.length)

/** The bytes at a place of an open file, in a buffer that the next call uses again; fewer at the file's end. */
export function readAt(fd: number, at: number, length: number): Buffer {
  if (length > scratch.length) large ??= Buffer.allocUnsafeSlow(rawRecordMaxBytes)
  const into = length > scratch.length ? large! : scratch
  let done = 0
  while (done < length) {
    const read = readSync(fd, into, done, length - done, at + done)
    if (read === 0) break
    done += read
  }
  return into.subarray(0, done)
}

/** Whether a file has these bytes at a place. They may be what `readAt` gave. */
export function holdsBytes(fd: number, at: number, bytes: Uint8Array): boolean {
  for (let done = 0; done < bytes.length; ) {
    const part = bytes.subarray(done, done + compared.length)
    const read = readSync(fd, compared, 0, part.length, at + done)
    if (read === 0 || !compared.subarray(0, read).equals(part.subarray(0, read))) return false
    done += read
  }
  return true
}

export function holdsRun(fd: number, run: CheckedRun, keys: RepositoryKeys): boolean {
  if ('id' in run) {
    const bytes = readAt(fd, run.at, run.length)
    return bytes.length === run.length && keys.chunkId(recordTypes.data, bytes).equals(run.id)
  }
  if (run.bytes === 'zeros') return holdsZeros(fd, run.at, run.at + run.length)
  return holdsBytes(fd, run.at, run.bytes)
}

/** Reads only where the file has data; a hole is zeros. */
function holdsZeros(fd: number, start: number, end: number): boolean {
  const regions = dataRegions(fd, end) ?? [{ start: 0, end }]
  for (const region of regions) {
    for (let at = Math.max(start, region.start); at < Math.min(end, region.end); ) {
      const bytes = readAt(fd, at, Math.min(scratch.length, Math.min(end, region.end) - at))
      if (bytes.length === 0 || !isZero(bytes)) return false
      at += bytes.length
    }
  }
  return true
}

const zeros = Buffer.alloc(scratch.length)

function isZero(bytes: Buffer): boolean {
  return bytes.equals(zeros.subarray(0, bytes.length))
}
