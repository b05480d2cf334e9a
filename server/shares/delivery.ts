/** What comes by a link that takes files, and why it may not be taken. Pure. */
import type { Id } from '../runtime/ids.ts'
import { isUsedUp, isWornOut, type Share, type UploadShare } from './share.ts'

export type DeliveredPart =
  | { readonly kind: 'field'; readonly name: string; readonly value: string }
  /** `content` must be read to its end, or given up, before the next part comes. */
  | { readonly kind: 'file'; readonly name: string; readonly content: AsyncIterable<Uint8Array> }

export interface Delivered {
  readonly files: number
  readonly bytes: number
}

/** One that is counted already. */
export interface CountedDelivery extends Delivered {
  readonly sessionId: Id<'bks'>
  readonly shareId: Id<'shr'>
  readonly at: number
  /** As they called themselves; empty: they did not. */
  readonly sender: string
  readonly network: string
  readonly agent: string
}

/** Each is answered with a page that says what to do. */
export const deliveryFaults = [
  'over',
  'withdrawn',
  'worn-out',
  'too-large',
  'too-many-files',
  'nothing-sent',
  'cut-off',
  'malformed',
  'no-room',
  'refused',
  'busy',
] as const
export type DeliveryFault = (typeof deliveryFaults)[number]

export class DeliveryError extends Error {
  override readonly name = 'DeliveryError'
  readonly fault: DeliveryFault

  constructor(fault: DeliveryFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}

/** Why a link takes nothing now, whatever it is; `comingBytes`: stored for what is on its way. */
export function refusalOf(share: Share | undefined, comingBytes = 0): DeliveryError | undefined {
  if (share?.kind !== 'upload') return new DeliveryError('over', 'This link is not there any more.')
  if (share.revoked !== undefined) return withdrawn()
  if (isUsedUp(share)) return new DeliveryError('over', 'This link has taken all that it takes.')
  return wornOutOf(share, comingBytes)
}

export function wornOutOf(share: UploadShare, comingBytes: number): DeliveryError | undefined {
  if (!isWornOut(share, comingBytes)) return undefined
  return new DeliveryError('worn-out', 'Too much that was sent by this link was cut off on its way: it takes no more.')
}

export function withdrawn(): DeliveryError {
  return new DeliveryError('withdrawn', 'This link was withdrawn.')
}

export const maxDeliveriesAtOnce = 6
export const maxDeliveriesOfLink = 2
export const maxSenderCharacters = 100
/** What a form adds to the bytes of its files: for each of them, and in all. */
const formBytesOfFile = 1024
const formBytes = 64 * 1024

/** A body as long as this cannot be within what the link still takes. */
export function isTooLongFor(announcedBytes: number, left: { readonly bytes: number; readonly files: number }): boolean {
  return announcedBytes > left.bytes + left.files * formBytesOfFile + formBytes
}

/** `2026-03-24 18.01 Mr Okafor`: sorts by time, and says who. */
export function deliveryFolder(sender: string, at: { readonly ms: number; readonly timeZone: string }): string {
  const time = Temporal.Instant.fromEpochMilliseconds(at.ms).toZonedDateTimeISO(at.timeZone).toPlainDateTime()
  const minute = time.toString({ smallestUnit: 'minute' }).replace('T', ' ').replace(':', '.')
  // What looks like a path would lose all but its last part.
  return sender === '' ? minute : `${minute} ${sender.replaceAll(/[\\/]/g, '-')}`
}
