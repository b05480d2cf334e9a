import { faultTable } from '../http/fault-table.ts'
import { SwitchError } from './backup-switches-service.ts'

export const switchProblems = faultTable(SwitchError, {
  'invalid-reason': 'HF-VALIDATION',
  'invalid-time': 'HF-VALIDATION',
  'no-place': 'HF-PLAN-DEVICES-EXCEEDED',
})
