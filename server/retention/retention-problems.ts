import { faultTable } from '../http/fault-table.ts'
import { RetentionError } from './retention.ts'

export const retentionProblems = faultTable(RetentionError, {
  'not-found': 'HF-NOT-FOUND',
  checkpoint: 'HF-CONFLICT',
  pinned: 'HF-CONFLICT',
  'in-bin': 'HF-CONFLICT',
  'not-in-bin': 'HF-CONFLICT',
  ending: 'HF-CONFLICT',
  'no-plan': 'HF-LICENCE-MISSING',
})
