/**
 * An order: what the box asks of one computer, kept until the computer says what became of it. Durable from the moment it is given,
 * done once, and gone by itself when nobody took it. Never a command or a program: a stolen session must not run anything there.
 */
import type { RunKey } from '../runs/run.ts'
import type { Id } from '../runtime/ids.ts'

export type OrderBody =
  /** One job, or all of them. */
  | { readonly kind: 'run-now'; readonly job?: string }
  /** What the computer shall back up and when. It refuses when its own revision is no longer `baseRevision`. */
  | { readonly kind: 'jobs-changed'; readonly baseRevision: string; readonly jobs: readonly OrderedJob[] }
  /** The backup that runs now, or the one that is named. */
  | { readonly kind: 'cancel'; readonly run?: RunKey }
  /** Get files back: which, and where to, the computer asks for by this id (server/restore-orders/). */
  | { readonly kind: 'restore'; readonly restore: Id<'rst'> }
  /** Say what a restore would do, and do nothing. */
  | { readonly kind: 'rehearse'; readonly restore: Id<'rst'> }
  /** Stop getting files back, where that is under way. */
  | { readonly kind: 'cancel-restore'; readonly restore: Id<'rst'> }

/** A job as the dashboard sets it. Whatever else the computer keeps of a job of that name stays untouched. */
export interface OrderedJob {
  readonly name: string
  readonly sources: readonly string[]
  readonly excludes: readonly string[]
  readonly schedules: readonly string[]
  readonly isPaused: boolean
}

export const orderKinds = [
  'run-now',
  'jobs-changed',
  'cancel',
  'restore',
  'rehearse',
  'cancel-restore',
] as const satisfies readonly OrderBody['kind'][]
export type OrderKind = OrderBody['kind']

export const orderStates = ['waiting', 'taken', 'done', 'failed', 'expired', 'withdrawn'] as const
export type OrderState = (typeof orderStates)[number]
export const openOrderStates = ['waiting', 'taken'] as const satisfies readonly OrderState[]

export interface Order {
  /** Counts up; an agent asks for what came after the last one it knows. */
  readonly number: number
  readonly orderId: Id<'ord'>
  readonly customerId: Id<'cus'>
  readonly deviceId: Id<'dev'>
  readonly body: OrderBody
  readonly state: OrderState
  readonly givenAt: number
  readonly givenBy: string
  readonly expiresAt: number
  readonly takenAt: number | undefined
  readonly endedAt: number | undefined
  /** Why it failed. */
  readonly code: string | undefined
  readonly detail: string | undefined
}

/** What a computer says of an order. Saying the same again changes nothing. */
export type OrderReport =
  | { readonly state: 'taken' }
  | { readonly state: 'done' }
  | { readonly state: 'failed'; readonly code: string; readonly detail: string }

/** Waiting and taken ones of one computer; and as many again of what is asked for in passing. */
export const maxOpenOrders = 20
export const orderLifetimeMs = 14 * 24 * 60 * 60 * 1000
/** Stopping a backup makes sense while it runs. */
export const cancelLifetimeMs = 60 * 60 * 1000
/** Whoever looks at the page does not wait longer. */
export const rehearseLifetimeMs = 60 * 1000
/** What is asked for in passing: not shown as waiting, and not one of those that fill a computer's list. */
export const passingOrderKinds: readonly OrderKind[] = ['cancel', 'rehearse', 'cancel-restore']
/** Ended ones stay so long for people to read. */
export const endedOrdersKeptMs = 90 * 24 * 60 * 60 * 1000

export const orderFaults = ['no-device', 'too-many'] as const
export type OrderFault = (typeof orderFaults)[number]

export class OrderError extends Error {
  override readonly name = 'OrderError'
  readonly fault: OrderFault

  constructor(fault: OrderFault, message: string) {
    super(message)
    this.fault = fault
  }
}
