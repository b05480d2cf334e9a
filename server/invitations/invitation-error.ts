export const invitationFaults = [
  'not-found',
  'not-yours',
  'owner-is-there',
  'there-already',
  'too-many',
  'ended',
  'busy',
] as const
export type InvitationFault = (typeof invitationFaults)[number]

export class InvitationError extends Error {
  override readonly name = 'InvitationError'
  readonly fault: InvitationFault

  constructor(fault: InvitationFault, message: string) {
    super(message)
    this.fault = fault
  }
}
