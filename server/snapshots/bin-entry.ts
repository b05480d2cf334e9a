import type { Id } from '../runtime/ids.ts'

export const binCauses = ['rules', 'person'] as const
export type BinCause = (typeof binCauses)[number]

/** That a version lies in the bin: since when, and who let it go. */
export interface BinEntry {
  readonly version: Id<'snap'>
  readonly deviceId: Id<'dev'>
  readonly at: number
  /** The box's own time then. */
  readonly observedMs: number
  readonly cause: BinCause
  /** A person's mail address, or `rules`. */
  readonly by: string
}
