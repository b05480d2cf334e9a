export const memberFaults = ['not-found', 'last-owner', 'last-administrator', 'not-yours'] as const
export type MemberFault = (typeof memberFaults)[number]

export class MemberError extends Error {
  override readonly name = 'MemberError'
  readonly fault: MemberFault

  constructor(fault: MemberFault, message: string) {
    super(message)
    this.fault = fault
  }
}
