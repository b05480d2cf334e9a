import { faultTable } from '../http/fault-table.ts'
import { DrillError } from './drill.ts'

export const drillProblems = faultTable(DrillError, {
  'no-version': 'HF-CONFLICT',
  'too-many': 'HF-BUSY',
  'not-found': 'HF-NOT-FOUND',
  ended: 'HF-CONFLICT',
})
