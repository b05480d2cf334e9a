import { faultTable } from '../http/fault-table.ts'
import { MemberError } from './member-error.ts'

export const memberProblems = faultTable(MemberError, {
  'not-found': 'HF-NOT-FOUND',
  'last-owner': 'HF-LAST-OWNER',
  'last-administrator': 'HF-LAST-ADMINISTRATOR',
  'not-yours': 'HF-FORBIDDEN',
})
