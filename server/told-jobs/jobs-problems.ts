import { faultTable } from '../http/fault-table.ts'
import { JobsError } from './jobs-edit.ts'

export const jobsProblems = faultTable(JobsError, {
  'not-told': 'HF-JOBS-NOT-TOLD',
  outdated: 'HF-CONFLICT',
  invalid: 'HF-VALIDATION',
})
