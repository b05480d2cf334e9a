/**
 * The disk under the repositories. A volume is online, or read-only since a write failed in a way that leaves doubt about what the
 * disk keeps (fsync, an I/O error): from then on nothing is written until the box is started again and a probe succeeds.
 */

export const volumeStates = ['online', 'read-only'] as const
export type VolumeState = (typeof volumeStates)[number]

export interface StorageVolume {
  readonly volumeId: number
  readonly uid: Buffer
  readonly state: VolumeState
  readonly reason: string | undefined
}

export const volumeFaults = ['full', 'read-only'] as const
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

/** Uploads stop here, so that restores, prune and the database can go on. */
export function floorBytes(volumeBytes: number): number {
  return 2 * Math.min(Math.floor(volumeBytes / reserveShare), reserveMaxBytes)
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
