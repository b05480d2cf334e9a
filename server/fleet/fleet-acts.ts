/** What may be done to many computers at once, and what becomes of it for each of them. */
import type { Id } from '../runtime/ids.ts'

export const fleetActs = ['run', 'pause', 'resume', 'move'] as const
export type FleetAct = (typeof fleetActs)[number]

export type FleetActBody =
  | { readonly kind: 'run' }
  | { readonly kind: 'pause'; readonly reason: string; readonly untilMs: number | undefined }
  /** One that was paused anew after that moment stays paused: whoever did it meant it. */
  | { readonly kind: 'resume'; readonly pausedByMs: number }
  /** To its own customer's subscription to that plan. */
  | { readonly kind: 'move'; readonly planId: Id<'pln'> }

/** `already`: it was so before, and nothing was done. */
export const actResults = ['done', 'already', 'refused'] as const
export type ActResult = (typeof actResults)[number]

export interface ActOutcome {
  readonly deviceId: Id<'dev'>
  readonly name: string
  readonly customer: string
  readonly result: ActResult
  /** What was done, or why it was not, in a sentence. */
  readonly words: string
}
