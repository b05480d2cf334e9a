import { faultTable } from '../http/fault-table.ts'
import { SkipError } from './accepted-skip.ts'

export const skipProblems = faultTable(SkipError, {
  'not-found': 'HF-NOT-FOUND',
  'too-many': 'HF-CONFLICT',
  invalid: 'HF-VALIDATION',
})
