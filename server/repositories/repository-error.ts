export const repositoryFaults = ['not-found', 'secret-damaged', 'keys-lost', 'rebuild-needed'] as const
export type RepositoryFault = (typeof repositoryFaults)[number]

export class RepositoryError extends Error {
  override readonly name = 'RepositoryError'
  readonly fault: RepositoryFault

  constructor(fault: RepositoryFault, message: string, options?: ErrorOptions) {
    super(message, options)
    this.fault = fault
  }
}
