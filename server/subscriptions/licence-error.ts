export const licenceFaults = [
  'not-found',
  'plan-not-found',
  'plan-retired',
  'same-plan',
  'changed-meanwhile',
  'too-many-computers',
  'not-of-this-plan',
  'undo-over',
  'undo-newer-first',
  'invalid-time',
] as const
export type LicenceFault = (typeof licenceFaults)[number]

export class LicenceError extends Error {
  override readonly name = 'LicenceError'
  readonly fault: LicenceFault

  constructor(fault: LicenceFault, message: string) {
    super(message)
    this.fault = fault
  }
}
