/** Packs as the box's index knows them. Pure. */
import type { PackId, PackKind } from '../../engine/index.ts'
import type { RepositoryId } from '../repositories/repository.ts'
import type { Id } from '../runtime/ids.ts'

/** Numbers in the database; never renumbered. */
export const packStates = {
  stored: 0,
  condemned: 1,
  trashing: 2,
  trashed: 3,
  purged: 4,
  damaged: 5,
  missing: 6,
  quarantined: 7,
} as const
export type PackState = keyof typeof packStates

/** Only these hold what `have`, a commit and "same id again" promise. */
export const livePackStates = ['stored', 'condemned'] as const satisfies readonly PackState[]
/** Where a file may still be read: a damaged pack costs only its damaged records. */
export const readablePackStates = ['stored', 'condemned', 'damaged'] as const satisfies readonly PackState[]

export function isLive(state: PackState): boolean {
  return (livePackStates as readonly PackState[]).includes(state)
}

export const packKindNumbers = { data: 0, tree: 1 } as const satisfies Readonly<Record<PackKind, number>>

/** A mapping of a chunk: new until opened by the box, bad when it did not open under its id. */
export const mappingStates = { new: 0, verified: 1, bad: 2 } as const
export type MappingState = keyof typeof mappingStates

/** The key of a pack's row: short, because every chunk's row repeats it. */
export type PackNumber = number

export interface Pack {
  readonly pack: PackNumber
  readonly repositoryId: RepositoryId
  readonly packId: PackId
  readonly kind: PackKind
  readonly state: PackState
  readonly sizeBytes: number
  /** What its records take: the number that quotas count. */
  readonly recordBytes: number
  readonly records: number
  /** The newest session that was promised something in it. */
  readonly claimSeq: number
  /** The session it arrived in; 0 when it was found without one. */
  readonly sessionSeq: number
  readonly deviceId: Id<'dev'> | undefined
  readonly receivedAt: number
}

/** Where a record lies. */
export interface RecordPlace {
  readonly pack: PackNumber
  readonly packId: PackId
  readonly kind: PackKind
  readonly offset: number
  readonly length: number
}

export const packFaults = ['damaged', 'wrong-repository', 'wrong-kind', 'hash-mismatch', 'too-large', 'length-mismatch'] as const
export type PackFault = (typeof packFaults)[number]

/** An uploaded pack that was not taken. Nothing of it stays. */
export class PackError extends Error {
  override readonly name = 'PackError'
  readonly fault: PackFault

  constructor(fault: PackFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
