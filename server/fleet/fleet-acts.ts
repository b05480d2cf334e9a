/** What may be done to many computers at once, and what becomes of it for each of them. */
import type { Id } from '../runtime/ids.ts'

export const fleetActs = ['run', 'pause', 'resume', 'move'] as const
export type FleetAct = (typeof fleetActs)[number]

export type FleetActBody =
  | { readonly kind: 'run' }
  | { readonly kind: 'pause'; readonly reason: string; readonly untilMs: number | undefined }
  | { readonly kind: 'resume' }
  /** To its own customer's subscription to that plan. */
  | { readonly kind: 'move'; readonly planId: Id<'pln'> }

export interface ActOutcome {
  readonly deviceId: Id<'dev'>
  readonly name: string
  readonly customer: string
  readonly isDone: boolean
  /** What was done, or why it was not, in a sentence. */
  readonly words: string
}
