export const identityFaults = ['not-found', 'answered'] as const
export type IdentityFault = (typeof identityFaults)[number]

export class IdentityError extends Error {
  override readonly name = 'IdentityError'
  readonly fault: IdentityFault

  constructor(fault: IdentityFault, message: string) {
    super(message)
    this.fault = fault
  }
}
