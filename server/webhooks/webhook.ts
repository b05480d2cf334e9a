/** A program that is told what happens: a POST of JSON, signed with a secret that it shares with the box. */
import type { Id } from '../runtime/ids.ts'

export const eventTypes = ['run.ended', 'alarm.raised', 'alarm.settled', 'test'] as const
export type EventType = (typeof eventTypes)[number]

export interface Webhook {
  readonly webhookId: Id<'whk'>
  /** Undefined: it hears of the whole box. */
  readonly customerId: Id<'cus'> | undefined
  readonly url: string
  readonly isActive: boolean
  readonly createdAt: number
}

export interface WebhookEvent {
  readonly type: EventType
  readonly customerId: Id<'cus'> | undefined
  readonly at: number
  /** Never a name of a file. */
  readonly data: Readonly<Record<string, unknown>>
  readonly dedupeKey: string
}

export const maxWebhooks = 10
export const maxUrlCharacters = 2000

export const webhookFaults = ['not-found', 'invalid-url', 'too-many'] as const
export type WebhookFault = (typeof webhookFaults)[number]

export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  readonly fault: WebhookFault

  constructor(fault: WebhookFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** @throws WebhookError `invalid-url` */
export function parseWebhookUrl(text: string): string {
  const trimmed = text.trim()
  const url = trimmed.length > maxUrlCharacters ? null : URL.parse(trimmed)
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '')
    throw new WebhookError('invalid-url', 'An address begins with https:// or http://, and has no user or password in it.')
  url.hash = ''
  return url.href
}
