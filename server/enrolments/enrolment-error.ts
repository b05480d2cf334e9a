export const enrolmentFaults = [
  'unknown',
  'expired',
  'used',
  'revoked',
  'throttled',
  'too-many',
  'not-found',
  'invalid',
  'other-device',
] as const
export type EnrolmentFault = (typeof enrolmentFaults)[number]

export class EnrolmentError extends Error {
  override readonly name = 'EnrolmentError'
  readonly fault: EnrolmentFault
  /** Of `throttled`. */
  readonly retryAfterMs: number

  constructor(fault: EnrolmentFault, message: string, more: { readonly retryAfterMs?: number } = {}) {
    super(message)
    this.fault = fault
    this.retryAfterMs = more.retryAfterMs ?? 0
  }
}
