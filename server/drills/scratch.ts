/** Where drills bring files back to: a folder for nobody else, below the box's own for what is temporary, removed whatever happens. */
import { chmod, mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { readSpace } from '../prune/disk-bytes.ts'
import { floorBytes, VolumeError } from '../storage-volumes/storage-volume.ts'

export interface Scratch extends AsyncDisposable {
  /** An empty folder of its own for one file. */
  readonly folderFor: (index: number) => Promise<string>
  readonly removeFolder: (index: number) => Promise<void>
  /** Throws VolumeError `full` where so many bytes more would leave less than the disk's floor. */
  readonly demandRoom: (bytes: number) => Promise<void>
}

const drillsFolder = (dataFolder: string) => join(dataFolder, 'tmp', 'drills')

export async function openScratch(dataFolder: string, name: string): Promise<Scratch> {
  const folder = join(drillsFolder(dataFolder), name)
  await removeFolder(folder)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  await chmod(folder, 0o700)
  const folderOf = (index: number) => join(folder, String(index))
  return {
    folderFor: async (index) => {
      await mkdir(folderOf(index), { mode: 0o700 })
      return folderOf(index)
    },
    removeFolder: (index) => removeFolder(folderOf(index)),
    demandRoom: async (bytes) => {
      const { freeBytes, totalBytes } = await readSpace(folder)
      if (freeBytes - bytes < floorBytes(totalBytes))
        throw new VolumeError('full', 'The disk of the box has no room for what the drill would bring back.')
    },
    [Symbol.asyncDispose]: () => removeFolder(folder),
  }
}

/** What a killed box left: at each start. */
export function removeScratches(dataFolder: string): Promise<void> {
  return removeFolder(drillsFolder(dataFolder))
}

async function removeFolder(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true })
}
