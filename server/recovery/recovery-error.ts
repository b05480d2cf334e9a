export const recoveryFaults = [
  'source-wrong',
  'kit-wrong',
  'kit-unreadable',
  'code-wrong',
  'folder-in-use',
  'unfinished',
  'no-room',
] as const
export type RecoveryFault = (typeof recoveryFaults)[number]

export class RecoveryError extends Error {
  override readonly name = 'RecoveryError'
  readonly fault: RecoveryFault

  constructor(fault: RecoveryFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
