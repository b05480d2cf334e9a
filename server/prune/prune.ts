/**
 * What the collector plans, does and refuses. Pure.
 *
 * A pack that nothing needs goes in three steps: condemned (still there, still given to whoever asks), in trash/ a day later when a new
 * mark needs it no more than the first, gone after another seven days. Every step can be taken back until the last.
 */

import { bytesText } from './bytes-text.ts'

export interface PackSum {
  readonly packs: number
  readonly bytes: number
}

/** What a run would do now, and how the repository stands. Bytes are those of files, both copies of tree packs. */
export interface PruneOutlook {
  readonly versions: number
  readonly stored: PackSum
  /** Of all records in stored packs, those that a version needs. */
  readonly liveBytes: number
  readonly recordBytes: number
  /** Needed by nothing, and kept for running or interrupted backups. */
  readonly held: PackSum
  readonly condemned: PackSum
  readonly trashed: PackSum
  readonly condemn: PackSum
  readonly restore: PackSum
  readonly trash: PackSum
  readonly repack: PackSum
  readonly purge: PackSum
  /** What leaves packs/ by it: whole packs, and what is dead in those that are repacked. The disk has it back after the purge. */
  readonly freedBytes: number
  /** Everything that could go without any wait. */
  readonly reclaimableBytes: number
}

export interface PruneDone {
  readonly restored: PackSum
  readonly condemned: PackSum
  readonly trashed: PackSum
  /** Packs that were taken apart, and what was copied out of them. */
  readonly repacked: PackSum
  readonly copiedBytes: number
  /** Put together, and not used: something changed meanwhile. */
  readonly abandoned: number
  readonly purged: PackSum
  /** Out of trash/, because a version needed them. */
  readonly returned: PackSum
  /** What the disk has back, as `du` counts it. */
  readonly diskFreedBytes: number
}

export const nothing: PackSum = { packs: 0, bytes: 0 }
export const nothingDone: PruneDone = {
  restored: nothing,
  condemned: nothing,
  trashed: nothing,
  repacked: nothing,
  copiedBytes: 0,
  abandoned: 0,
  purged: nothing,
  returned: nothing,
  diskFreedBytes: 0,
}

export function sumOf(packs: readonly { readonly sizeBytes: number }[]): PackSum {
  return { packs: packs.length, bytes: packs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) }
}

export function addSums(one: PackSum, other: PackSum): PackSum {
  return { packs: one.packs + other.packs, bytes: one.bytes + other.bytes }
}

export const prunePhases = ['mark', 'trash', 'repack', 'purge'] as const
export type PrunePhase = (typeof prunePhases)[number]

export interface PruneProgress {
  readonly phase: PrunePhase
  readonly done: number
  readonly total: number
}

/** Why nothing is taken away. A person looks, and where it is right after all, says so. */
export type PruneRefusal =
  /** The folders of the repository could not be read, or are empty although packs are stored. */
  | { readonly kind: 'listing'; readonly why: string }
  | { readonly kind: 'wrong-volume'; readonly why: string }
  | { readonly kind: 'clock-jumped' }
  | { readonly kind: 'after-rebuild' }
  /** More than 30 % of what is stored. */
  | { readonly kind: 'too-much'; readonly freedBytes: number; readonly storedBytes: number }
  /** Versions name records that no pack holds whole: what lies below them is not known. */
  | { readonly kind: 'holes'; readonly count: number }

export type RefusalKind = PruneRefusal['kind']

/** Those that a person may wave through; the others go away with their cause. */
export const confirmableRefusals = ['too-much', 'holes'] as const satisfies readonly RefusalKind[]

export function isConfirmable(refusal: PruneRefusal): refusal is Extract<PruneRefusal, { kind: 'too-much' | 'holes' }> {
  return (confirmableRefusals as readonly string[]).includes(refusal.kind)
}

/** What a person has allowed: at most as much as was shown. */
export interface PruneAllowance {
  readonly freedBytes: number
  readonly holes: number
}

export const noAllowance: PruneAllowance = { freedBytes: 0, holes: 0 }

export function refusalText(refusal: PruneRefusal): string {
  switch (refusal.kind) {
    case 'listing':
      return `The folders of stored files cannot be trusted: ${refusal.why}.`
    case 'wrong-volume':
      return `This is not the disk that the backups were stored on: ${refusal.why}.`
    case 'clock-jumped':
      return 'The clock of the box jumped. What waits for a time would go too early.'
    case 'after-rebuild':
      return 'The database was rebuilt from the stored files, and nobody has confirmed yet that everything is there.'
    case 'too-much':
      return `One run would free ${bytesText(refusal.freedBytes)} of ${bytesText(refusal.storedBytes)} that are stored, more than 30 %.`
    case 'holes':
      return `${refusal.count} records that versions need are stored nowhere whole. What belongs below them is not known.`
    default:
      return refusal satisfies never
  }
}

export const pruneFaults = ['not-confirmed'] as const
export type PruneFault = (typeof pruneFaults)[number]

/** What was asked, and not as it must be. Nothing was done. */
export class PruneError extends Error {
  override readonly name = 'PruneError'
  readonly fault: PruneFault

  constructor(fault: PruneFault, message: string) {
    super(message)
    this.fault = fault
  }
}

export class PruneRefusedError extends Error {
  override readonly name = 'PruneRefusedError'
  readonly refusal: PruneRefusal

  constructor(refusal: PruneRefusal, options?: ErrorOptions) {
    super(refusalText(refusal), options)
    this.refusal = refusal
  }
}
