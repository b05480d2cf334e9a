import { faultTable } from '../http/fault-table.ts'
import { UserError } from './user-error.ts'

export const userProblems = faultTable(UserError, {
  'invalid-email': 'HF-VALIDATION',
  'invalid-name': 'HF-VALIDATION',
  'weak-password': 'HF-PASSWORD-TOO-WEAK',
  'email-taken': 'HF-USER-EXISTS',
  'not-found': 'HF-NOT-FOUND',
  busy: 'HF-BUSY',
})
