export const setupFaults = ['done', 'token-invalid'] as const
export type SetupFault = (typeof setupFaults)[number]

export class SetupError extends Error {
  override readonly name = 'SetupError'
  readonly fault: SetupFault

  constructor(fault: SetupFault, message: string) {
    super(message)
    this.fault = fault
  }
}
