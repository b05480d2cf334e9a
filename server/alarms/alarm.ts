/** Something that a person should know, until it is settled. It is the same one as long as its code and its subject are. */
import type { WhoCanFix } from '../http/problem-catalogue.ts'
import type { Id } from '../runtime/ids.ts'
import type { AlarmCode, AlarmSeverity } from './alarm-catalogue.ts'

export interface AlarmKey {
  readonly code: AlarmCode
  /** What has it, in ASCII: `volume`, `chore:prune`, `repository:<uid>`, a device's id. */
  readonly subject: string
}

export interface NewAlarm extends AlarmKey {
  /** Whose it is; without one it is the box's, and for staff alone. */
  readonly customerId?: Id<'cus'>
  readonly deviceId?: Id<'dev'>
  /** The facts of this case, in sentences. Never a name of a file: staff read it. */
  readonly detail: string
}

export interface Alarm {
  readonly alarmId: number
  readonly code: AlarmCode
  readonly subject: string
  readonly customerId: Id<'cus'> | undefined
  readonly deviceId: Id<'dev'> | undefined
  readonly severity: AlarmSeverity
  readonly title: string
  readonly hint: string
  readonly who: WhoCanFix
  readonly detail: string
  /** How often it was raised since it began. */
  readonly times: number
  readonly firstAt: number
  readonly lastAt: number
  readonly settledAt: number | undefined
}

/** What a page asks for. `whose`: the box's own, all customers', or one customer's. */
export interface AlarmFilter {
  readonly severity?: AlarmSeverity
  readonly whose?: 'box' | 'customers' | Id<'cus'>
}

export const maxAlarmDetailCharacters = 1000
export const maxSubjectCharacters = 190
/** How many settled ones are shown with the others. */
export const settledShown = 20

/** Failures first, each kind in the order in which it began. */
export function byUrgency(one: Alarm, other: Alarm): number {
  const rank = ({ severity }: Alarm) => (severity === 'failure' ? 0 : 1)
  return rank(one) - rank(other) || one.firstAt - other.firstAt
}
