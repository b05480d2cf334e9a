/** One disk: whether it is the right one, whether it may be written to, how much room there is, and the reserve for when there is none. */
import { statfs } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { replaceFileSync } from '../runtime/replace-file.ts'
import { growStepBytes, openReserveFile } from './reserve-file.ts'
import {
  criticalBytes,
  diskTrouble,
  floorBytes,
  reserveBytes,
  VolumeError,
  type VolumeSpace,
  type VolumeState,
} from './storage-volume.ts'
import { volumeWatch } from './volume-id.ts'
import { once } from './writing-gate.ts'

export interface Volume {
  /** As `places.json` names it. */
  readonly folder: string
  readonly path: string
  readonly expectedId: () => string
  readonly state: () => { readonly state: VolumeState; readonly reason: string | undefined }
  /** Throws VolumeError `read-only`, `wrong`. */
  readonly demandWritable: () => void
  readonly reserve: (bytes: number) => Promise<{ readonly release: () => void }>
  readonly write: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** Throws VolumeError `wrong`. */
  readonly space: () => Promise<VolumeSpace & { readonly reserveBytes: number }>
  /** Gives the reserve up when the disk is nearly full, makes it again a step at a time when there is room. */
  readonly tendReserve: () => Promise<'whole' | 'growing' | 'given-up'>
  readonly releaseReserve: () => Promise<void>
  /** Proves that writes become durable again, and takes them again. Throws what the proof failed with. */
  readonly tryAgain: () => void
}

export function openVolume(options: {
  readonly folder: string
  readonly path: string
  readonly expectedId: () => string
  readonly randomness: Randomness
  readonly log: Log
  /** Told when it is put read-only. It may not fail. */
  readonly onReadOnly: (volume: Volume) => Promise<void>
}): Volume {
  const { folder, path, expectedId, log } = options
  const isRight = volumeWatch(path, expectedId)
  const reserveFile = openReserveFile(path, options.randomness)
  let readOnlyReason: string | undefined
  let heldBytes = 0

  const statSpace = async (): Promise<VolumeSpace> => {
    const { bavail, blocks, bsize } = await statfs(path)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  }
  const demandRight = () => {
    if (!isRight()) throw wrong(path)
  }
  const demandWritable = () => {
    demandRight()
    if (readOnlyReason !== undefined) throw readOnly(undefined)
  }
  const failed = async (error: unknown): Promise<never> => {
    const trouble = diskTrouble(error)
    if (trouble === undefined) throw error
    if (trouble === 'full') {
      // Room for the database and for prune at once, not at the next look; whatever asked for more is refused all the same.
      await reserveFile.release().catch((cause: unknown) => log.error({ err: cause }, 'the reserve of the disk was not given up'))
      throw new VolumeError('full', 'The disk of the box is full.', { cause: error })
    }
    if (readOnlyReason === undefined) {
      readOnlyReason = error instanceof Error ? error.message : 'a write failed'
      log.error({ err: error, path }, 'the disk takes no more writes until somebody has looked at it')
      await options.onReadOnly(volume)
    }
    throw readOnly(error)
  }
  const volume: Volume = {
    folder,
    path,
    expectedId,
    demandWritable,
    state: () => {
      if (!isRight()) return { state: 'wrong', reason: wrong(path).message }
      return readOnlyReason === undefined
        ? { state: 'online', reason: undefined }
        : { state: 'read-only', reason: readOnlyReason }
    },
    reserve: async (bytes) => {
      demandWritable()
      heldBytes += bytes
      const release = once(() => {
        heldBytes -= bytes
      })
      try {
        const { freeBytes, totalBytes } = await statSpace()
        const missingReserve = Math.max(0, reserveBytes(totalBytes) - (await reserveFile.size()))
        if (freeBytes - heldBytes - missingReserve < floorBytes(totalBytes))
          throw new VolumeError('full', 'The disk of the box has no room left for uploads.')
        return { release }
      } catch (error) {
        release()
        throw error
      }
    },
    write: async (work) => {
      demandWritable()
      try {
        return await work()
      } catch (error) {
        return failed(error)
      }
    },
    space: async () => {
      demandRight()
      return { ...(await statSpace()), reserveBytes: await reserveFile.size() }
    },
    tendReserve: async () => {
      demandRight()
      const { freeBytes, totalBytes } = await statSpace()
      const wanted = reserveBytes(totalBytes)
      const size = await reserveFile.size()
      if (freeBytes < criticalBytes(totalBytes)) {
        await reserveFile.release()
        if (size > 0) log.warn({ path, freeBytes, size }, 'the disk is full; its reserve was given up')
        return 'given-up'
      }
      if (size >= wanted) return 'whole'
      const step = Math.min(growStepBytes, wanted - size)
      if (readOnlyReason !== undefined || freeBytes < floorBytes(totalBytes) + step) return 'given-up'
      return (await volume.write(() => reserveFile.grow(wanted))) ? 'whole' : 'growing'
    },
    releaseReserve: reserveFile.release,
    tryAgain: () => {
      demandRight()
      replaceFileSync(join(path, 'probe'), `${expectedId()}\n`, { mode: 0o600 })
      readOnlyReason = undefined
    },
  }
  return volume
}

function readOnly(cause: unknown): VolumeError {
  return new VolumeError('read-only', 'The disk of the box takes no more writes since one of them failed.', { cause })
}

function wrong(path: string): VolumeError {
  return new VolumeError('wrong', `What lies at ${path} is not the disk that belongs there. Nothing is written to it.`)
}
