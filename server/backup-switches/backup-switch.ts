/**
 * The accepts-backups switch of a plan or of one computer. While it is off nothing of the computer is taken: it asks before it sends,
 * and stops with the reason. Versions stay, and can be restored. Pure.
 */
import type { Id } from '../runtime/ids.ts'

export type Accepting =
  | { readonly kind: 'on' }
  | {
      readonly kind: 'off'
      readonly reason: string
      /** The first moment at which backups are taken again; undefined: until somebody switches it on. */
      readonly untilMs: number | undefined
      readonly sinceMs: number
      readonly by: string
    }

export type SwitchedOff = Extract<Accepting, { kind: 'off' }>

/** `plan-limit`: a smaller plan has no place for this computer. It comes on again when there is one, or when it moves to another plan, not by its own switch. */
export const switchCauses = ['person', 'plan-limit'] as const
export type SwitchCause = (typeof switchCauses)[number]

export interface DeviceSwitch extends SwitchedOff {
  readonly deviceId: Id<'dev'>
  readonly cause: SwitchCause
}

export const maxReasonCharacters = 200

export function isOff(accepting: Accepting, nowMs: number): accepting is SwitchedOff {
  return accepting.kind === 'off' && (accepting.untilMs === undefined || nowMs < accepting.untilMs)
}
