import { stat, statfs } from 'node:fs/promises'
import { hasCode } from '../storage-volumes/durable-file.ts'

/** `st_blocks` counts pieces of 512 bytes, whatever the file system's own blocks are. */
const statBlockBytes = 512

/** What a file takes on the disk, as `du` counts it: what is free again when it is removed. 0 for an absent one. */
export async function diskBytesOf(path: string): Promise<number> {
  try {
    const { blocks, size } = await stat(path)
    // Windows knows no blocks.
    return process.platform === 'win32' ? size : blocks * statBlockBytes
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return 0
    throw error
  }
}

/** What whoever is no superuser may still write, and all there is. */
export async function readSpace(folder: string): Promise<{ readonly freeBytes: number; readonly totalBytes: number }> {
  const { bavail, blocks, bsize } = await statfs(folder)
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
}
