export const workerPoolFaults = ['busy', 'closed', 'thread-died'] as const
export type WorkerPoolFault = (typeof workerPoolFaults)[number]

export class WorkerPoolError extends Error {
  override readonly name = 'WorkerPoolError'
  readonly fault: WorkerPoolFault

  constructor(fault: WorkerPoolFault, message: string) {
    super(message)
    this.fault = fault
  }
}
