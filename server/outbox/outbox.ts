/**
 * What leaves the box by itself: letters to people, events to programs. A row is written in the transaction of what it tells, and goes out
 * after it. What it says is sealed: letters hold links that let somebody in. It is emptied when it was sent.
 */
import type { Id } from '../runtime/ids.ts'

export const outboxChannels = ['mail', 'webhook'] as const
export type OutboxChannel = (typeof outboxChannels)[number]

/** `given-up`: refused for good, or nobody took it for two days. */
export const outboxStates = ['waiting', 'sent', 'given-up'] as const
export type OutboxState = (typeof outboxStates)[number]

export interface NewItem {
  readonly channel: OutboxChannel
  readonly customerId: Id<'cus'> | undefined
  /** Of a webhook's events. */
  readonly webhookId?: Id<'whk'>
  /** A mail address, or the URL of a program. */
  readonly recipient: string
  readonly recipientName: string
  /** The subject, or the kind of event: what a list shows. Never a secret. */
  readonly title: string
  /** Anything that is JSON. */
  readonly content: object
  readonly dedupeKey: string | undefined
}

export interface OutboxItem {
  readonly itemId: Id<'ltr'>
  readonly channel: OutboxChannel
  readonly customerId: Id<'cus'> | undefined
  readonly webhookId: Id<'whk'> | undefined
  readonly recipient: string
  readonly recipientName: string
  readonly title: string
  readonly state: OutboxState
  readonly attempts: number
  /** When it is tried next. */
  readonly dueAt: number
  readonly createdAt: number
  readonly endedAt: number | undefined
  /** What the other side said last, in words. */
  readonly lastAnswer: string | undefined
}

/** So much may wait; what comes beyond is not taken, and the log says so. */
export const maxWaiting = 20_000
export const maxTitleCharacters = 200
export const maxAnswerCharacters = 500

/** What became of one attempt to hand something over. */
export type Delivery =
  | { readonly kind: 'sent'; readonly answer: string }
  /**
   * `permanent`: the same thing would be refused again. `way`: nothing else of this channel would get through now either.
   * `later`: only this one is put off.
   */
  | { readonly kind: 'failed'; readonly because: 'permanent' | 'way' | 'later'; readonly answer: string }
  /** Nothing was tried, because nothing is set up; it may be while this waits. */
  | { readonly kind: 'held'; readonly answer: string }

/** Hands things over, a few after one another. */
export interface Carrier {
  readonly open: () => Promise<OpenCarrier>
}

export interface OpenCarrier {
  readonly deliver: (item: OutboxItem, content: unknown) => Promise<Delivery>
  readonly close: () => void
}
