import { rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { ReadinessCheck } from './readiness.ts'

/** Below this a pack in flight could fill the disk under the database's feet. */
const minFreeBytes = 256 * 1024 * 1024

/** The data folder takes writes, and has room for the next ones. */
export function diskCheck(dataFolder: string): ReadinessCheck {
  return async () => {
    const { bavail, bsize } = await statfs(dataFolder)
    const freeBytes = bavail * bsize
    if (freeBytes < minFreeBytes) {
      throw new Error(
        `${Math.floor(freeBytes / 1024 ** 2)} MiB are free in the data folder, ${minFreeBytes / 1024 ** 2} MiB are needed`,
      )
    }
    const probe = join(dataFolder, 'tmp', 'write-probe')
    try {
      await writeFile(probe, 'holdfast', { mode: 0o600 })
      await rm(probe)
    } catch (error) {
      throw new Error(`the data folder takes no writes (${(error as NodeJS.ErrnoException).code})`, { cause: error })
    }
  }
}
