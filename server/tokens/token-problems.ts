import { faultTable } from '../http/fault-table.ts'
import { TokenError } from './token-error.ts'

export const tokenProblems = faultTable(TokenError, {
  'invalid-name': 'HF-VALIDATION',
  'no-scope': 'HF-VALIDATION',
  'too-many': 'HF-CONFLICT',
})
