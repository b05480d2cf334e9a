import type { CalendarUnit } from './retention-rules.ts'

/** What retention must know of a version. */
export interface RetainedVersion {
  readonly device: string
  readonly job: string
  /** In the device's chain: tells versions of the same moment apart. */
  readonly seq: number
  /** Orders the versions of a job, and says which day they are of. Whatever a clock claims, it never counts as later than `receivedMs`. */
  readonly takenMs: number
  /** By the keeper's own clock: the floors go by it. */
  readonly receivedMs: number
  /** Whole as far as it claims to be: the verdict is no failure. A checkpoint is never good. */
  readonly isGood: boolean
  readonly isCheckpoint: boolean
  readonly isPinned: boolean
  /** Somebody outside has been given it: it stays until then. */
  readonly sharedUntilMs?: number | undefined
  /** A backup goes on that began with it, or is going to go on from it. */
  readonly isInUse: boolean
}

/** Why a version stays. `untilMs`: at least until then, if nobody changes the rules. */
export type KeepReason =
  | { readonly kind: 'pinned' }
  /** A link that works leads to it. */
  | { readonly kind: 'shared'; readonly untilMs: number }
  | { readonly kind: 'in-use' }
  /** The newest good one of its device and job. */
  | { readonly kind: 'newest-good' }
  /** Younger than a day. */
  | { readonly kind: 'last-day'; readonly untilMs: number }
  /** The newest of its hour, younger than seven days. */
  | { readonly kind: 'hour-of-week'; readonly untilMs: number }
  /** Nothing that was finished is newer. */
  | { readonly kind: 'unfinished' }
  | { readonly kind: 'last'; readonly place: number; readonly count: number }
  | { readonly kind: 'within'; readonly days: number; readonly untilMs: number }
  | {
      readonly kind: 'newest-of'
      readonly unit: CalendarUnit
      /** `2026-03-14`, `2026-W11`, `2026-03`, `2026`; of an hour its first millisecond. */
      readonly name: string
      /** 1 for the newest unit that holds a version. */
      readonly place: number
      readonly count: number
      readonly untilMs: number
      /** The unit is not over: a version that still comes in it takes this one's place. */
      readonly isOpen: boolean
    }

/** Why a version may go. */
export type ForgetReason =
  /** No rule asks for it. */
  | { readonly kind: 'no-rule' }
  /** It failed, and only good versions stand for an hour, a day, … */
  | { readonly kind: 'not-good' }
  /** What was cut off, and then done. */
  | { readonly kind: 'overtaken-checkpoint' }

export type Decision<Version> =
  | { readonly version: Version; readonly kind: 'keep'; readonly reasons: readonly [KeepReason, ...KeepReason[]] }
  | { readonly version: Version; readonly kind: 'forget'; readonly reason: ForgetReason }
