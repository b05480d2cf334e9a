export const restoreFaults = [
  'cancelled',
  'ambiguous-selection',
  'destination-unusable',
  'too-much',
  'version-unreadable',
] as const
export type RestoreFault = (typeof restoreFaults)[number]

/** A restore that did not take place, or was broken off; what it had put under its final name by then is whole. */
export class RestoreError extends Error {
  override readonly name = 'RestoreError'
  readonly fault: RestoreFault

  constructor(fault: RestoreFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
