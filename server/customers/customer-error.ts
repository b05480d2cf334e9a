import type { DetailProblems } from './customer-details.ts'

export const customerFaults = [
  'invalid-name',
  'invalid-details',
  'invalid-reason',
  'not-found',
  'wrong-state',
  'wrong-number',
  'no-plan',
] as const
export type CustomerFault = (typeof customerFaults)[number]

export class CustomerError extends Error {
  override readonly name = 'CustomerError'
  readonly fault: CustomerFault
  /** Of `invalid-details`: what each field wants. */
  readonly problems: DetailProblems

  constructor(fault: CustomerFault, message: string, problems: DetailProblems = {}) {
    super(message)
    this.fault = fault
    this.problems = problems
  }
}
