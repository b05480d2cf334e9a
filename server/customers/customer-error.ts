export const customerFaults = ['invalid-name', 'not-found'] as const
export type CustomerFault = (typeof customerFaults)[number]

export class CustomerError extends Error {
  override readonly name = 'CustomerError'
  readonly fault: CustomerFault

  constructor(fault: CustomerFault, message: string) {
    super(message)
    this.fault = fault
  }
}
