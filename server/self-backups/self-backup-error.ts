export const selfBackupFaults = ['absent', 'damaged', 'wrong-key', 'newer-program', 'people-present', 'too-large'] as const
export type SelfBackupFault = (typeof selfBackupFaults)[number]

export class SelfBackupError extends Error {
  override readonly name = 'SelfBackupError'
  readonly fault: SelfBackupFault

  constructor(fault: SelfBackupFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
