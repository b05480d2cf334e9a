/**
 * A file that holds room on the disk for the day when there is none: given up, it lets restores, the database and prune go on; it is
 * made again, a step at a time, once there is room.
 */
import { open, stat, statfs, truncate } from 'node:fs/promises'
import { join } from 'node:path'
import type { Randomness } from '../runtime/randomness.ts'
import { hasCode } from './durable-file.ts'
import { criticalBytes } from './storage-volume.ts'

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

/** At boot, before a byte is written: a box that was stopped, or fell, on a full disk must be able to start. */
export async function giveUpReserveWhenFull(path: string): Promise<void> {
  const file = join(path, fileName)
  if ((await sizeOf(file)) === 0) return
  const { bavail, blocks, bsize } = await statfs(path)
  if (bavail * bsize < criticalBytes(blocks * bsize)) await release(file)
}

export function openReserveFile(path: string, randomness: Randomness): ReserveFile {
  const file = join(path, fileName)
  return {
    size: () => sizeOf(file),
    release: () => release(file),
    grow: async (wantedBytes) => {
      const before = await sizeOf(file)
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

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return 0
    throw error
  }
}

async function release(file: string): Promise<void> {
  if ((await sizeOf(file)) > 0) await truncate(file, 0)
}
