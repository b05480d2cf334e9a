import { faultTable } from '../http/fault-table.ts'
import { ChoreError } from './chore.ts'

export const choreProblems = faultTable(ChoreError, {
  unknown: 'HF-NOT-FOUND',
  running: 'HF-CONFLICT',
  held: 'HF-CLOCK-JUMPED',
  cancelled: 'HF-CANCELLED',
})
