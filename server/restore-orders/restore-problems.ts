import { faultTable } from '../http/fault-table.ts'
import { RestoreOrderError } from './restore-order.ts'

export const restoreProblems = faultTable(RestoreOrderError, {
  'nothing-selected': 'HF-VALIDATION',
  'too-many': 'HF-ORDERS-FULL',
  'bad-folder': 'HF-VALIDATION',
  'other-system': 'HF-VALIDATION',
  'not-its-own': 'HF-VALIDATION',
  'no-computer': 'HF-NOT-FOUND',
  'unreadable-now': 'HF-NOT-READY',
})
