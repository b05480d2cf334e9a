export const outboxFaults = ['not-found', 'words-gone'] as const
export type OutboxFault = (typeof outboxFaults)[number]

export class OutboxError extends Error {
  override readonly name = 'OutboxError'
  readonly fault: OutboxFault

  constructor(fault: OutboxFault, message: string) {
    super(message)
    this.fault = fault
  }
}
