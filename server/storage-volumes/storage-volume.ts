/**
 * The disk under the repositories. A volume is online, or read-only since a write failed in a way that leaves doubt about what the
 * disk keeps (fsync, an I/O error): from then on nothing is written until somebody has looked at the disk and a probe succeeds, at the
 * next start or when asked for. Or it is wrong: what lies at its folder is not the disk that belongs there, or none at all.
 */

export const volumeStates = ['online', 'read-only', 'wrong'] as const
export type VolumeState = (typeof volumeStates)[number]

export interface StorageVolume {
  readonly volumeId: number
  readonly uid: Buffer
  readonly state: VolumeState
  readonly reason: string | undefined
}

export const volumeFaults = ['full', 'read-only', 'wrong', 'busy'] as const
export type VolumeFault = (typeof volumeFaults)[number]

export class VolumeError extends Error {
  override readonly name = 'VolumeError'
  readonly fault: VolumeFault

  constructor(fault: VolumeFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

const reserveMaxBytes = 256 * 1024 ** 2
const reserveShare = 16

/** Held by a file, for the day when there is no room at all. */
export function reserveBytes(volumeBytes: number): number {
  return Math.min(Math.floor(volumeBytes / reserveShare), reserveMaxBytes)
}

/** Uploads stop here, so that restores, prune and the database can go on. */
export function floorBytes(volumeBytes: number): number {
  return 2 * reserveBytes(volumeBytes)
}

/** Below this the reserve is given up: what is free now would be gone before anybody looks again. */
export function criticalBytes(volumeBytes: number): number {
  return Math.floor(reserveBytes(volumeBytes) / 4)
}

/** From here on people are told, while uploads still go on. */
export function lowBytes(volumeBytes: number): number {
  return 2 * floorBytes(volumeBytes)
}

export interface VolumeSpace {
  readonly totalBytes: number
  /** Beside the reserve. */
  readonly freeBytes: number
}

const fullCodes: readonly string[] = ['ENOSPC', 'EDQUOT']
const brokenCodes: readonly string[] = ['EIO', 'EROFS', 'ENXIO', 'ENODEV', 'ESTALE']

/**
 * What an error of the file system says about the disk; `undefined`: nothing. A failed fsync always means broken: the system may
 * have dropped the very pages it could not write, and would report success the next time.
 */
export function diskTrouble(error: unknown): 'full' | 'broken' | undefined {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return undefined
  if ('syscall' in error && error.syscall === 'fsync') return 'broken'
  if (fullCodes.includes(error.code)) return 'full'
  return brokenCodes.includes(error.code) ? 'broken' : undefined
}
