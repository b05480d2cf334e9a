/**
 * A deposit: files that come to the box as streams of bytes, from somebody without our program, and become one version of a device that
 * is no computer. The box cuts, seals and packs them itself; plaintext lies in memory only, and never more of it than a window. Until
 * the version is committed nobody sees any of it. What is given up leaves packs that no version reaches and nothing claims: they count
 * against no plan, and the collector takes them like any others.
 *
 * Each deposit is a folder of its own in the job's versions, beside the folders of those before: the newest version holds everything
 * that ever came, so that no rule of retention can take what people sent.
 */
import type { Id } from '../runtime/ids.ts'

/** Bytes of files that wait to be cut; what is left of them uncut is less than half. Two of these are in memory: the other one sealed. */
export const windowBytes = 8 * 1024 ** 2
/** Nodes of large files and folders that wait to be sealed. */
export const waitingNodesBytesMax = 4 * 1024 ** 2
export const maxFilesOfDeposit = 10_000
/** Folders side by side in one job. */
export const maxDepositsOfJob = 1_000

export interface DepositedVersion {
  readonly version: Id<'snap'>
  readonly files: number
  readonly bytes: number
}

/** `full`: the job holds so many deposits already. `lost`: what had been stored was lost before it could be committed. */
export const depositFaults = ['full', 'too-many-files', 'lost', 'invalid-name'] as const
export type DepositFault = (typeof depositFaults)[number]

export class DepositError extends Error {
  override readonly name = 'DepositError'
  readonly fault: DepositFault

  constructor(fault: DepositFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
