export const tokenFaults = ['invalid-name', 'no-scope', 'too-many'] as const
export type TokenFault = (typeof tokenFaults)[number]

export class TokenError extends Error {
  override readonly name = 'TokenError'
  readonly fault: TokenFault

  constructor(fault: TokenFault, message: string) {
    super(message)
    this.fault = fault
  }
}
