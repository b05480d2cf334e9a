export const userFaults = ['invalid-email', 'invalid-name', 'weak-password', 'email-taken', 'not-found', 'busy'] as const
export type UserFault = (typeof userFaults)[number]

export class UserError extends Error {
  override readonly name = 'UserError'
  readonly fault: UserFault

  constructor(fault: UserFault, message: string) {
    super(message)
    this.fault = fault
  }
}
