import { faultTable } from '../http/fault-table.ts'
import { CustomerError } from './customer-error.ts'

export const customerProblems = faultTable(
  CustomerError,
  {
    'invalid-name': 'HF-VALIDATION',
    'invalid-details': 'HF-VALIDATION',
    'invalid-reason': 'HF-VALIDATION',
    'not-found': 'HF-NOT-FOUND',
    'wrong-state': 'HF-CONFLICT',
    'wrong-number': 'HF-VALIDATION',
    'no-plan': 'HF-VALIDATION',
  },
  ({ problems }) => {
    const errors = Object.entries(problems).map(([field, message]) => ({ field: `body.${field}`, message }))
    return errors.length === 0 ? {} : { errors }
  },
)
