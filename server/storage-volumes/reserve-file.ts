/**
 * A file that holds room on the disk for the day when there is none: given up, it lets restores, the database and prune go on; it is
 * made again, a step at a time, once there is room.
 */
import { open, stat, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Randomness } from '../runtime/randomness.ts'
import { hasCode } from './durable-file.ts'

export interface ReserveFile {
  readonly size: () => Promise<number>
  /** Gives all of its room back. It needs no room itself. */
  readonly release: () => Promise<void>
  /** One step towards its full size, written for good. True: it is whole. */
  readonly grow: (wantedBytes: number) => Promise<boolean>
}

const fileName = 'reserve'
/** So little at a time that nobody's backup notices. */
export const growStepBytes = 16 * 1024 ** 2
const pieceBytes = 1024 ** 2

export function openReserveFile(path: string, randomness: Randomness): ReserveFile {
  const file = join(path, fileName)
  const size = async () => {
    try {
      return (await stat(file)).size
    } catch (error) {
      if (hasCode(error, ['ENOENT'])) return 0
      throw error
    }
  }
  return {
    size,
    release: async () => {
      if ((await size()) > 0) await truncate(file, 0)
    },
    grow: async (wantedBytes) => {
      const before = await size()
      if (before >= wantedBytes) return true
      // Bytes that no file system can compress away.
      const piece = randomness.bytes(Math.min(pieceBytes, wantedBytes))
      const until = Math.min(before + growStepBytes, wantedBytes)
      const handle = await open(file, 'a', 0o600)
      try {
        for (let at = before; at < until; at += piece.length) await handle.write(piece, 0, Math.min(piece.length, until - at))
        await handle.sync()
      } finally {
        await handle.close()
      }
      return until >= wantedBytes
    },
  }
}
