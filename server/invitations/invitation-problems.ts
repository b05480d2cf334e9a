import { faultTable } from '../http/fault-table.ts'
import { InvitationError } from './invitation-error.ts'

export const invitationProblems = faultTable(InvitationError, {
  'not-found': 'HF-NOT-FOUND',
  'not-yours': 'HF-FORBIDDEN',
  'owner-is-there': 'HF-CONFLICT',
  'there-already': 'HF-CONFLICT',
  'too-many': 'HF-CONFLICT',
  ended: 'HF-LINK-ENDED',
  busy: 'HF-RATE-LIMITED',
})
