export const planFaults = [
  'not-found',
  'name-taken',
  'invalid-name',
  'too-many',
  'changed-meanwhile',
  'edit-not-found',
  'edit-not-ready',
] as const
export type PlanFault = (typeof planFaults)[number]

export class PlanError extends Error {
  override readonly name = 'PlanError'
  readonly fault: PlanFault

  constructor(fault: PlanFault, message: string) {
    super(message)
    this.fault = fault
  }
}
