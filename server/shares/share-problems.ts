import { faultTable } from '../http/fault-table.ts'
import { ShareError } from './share-error.ts'

export const shareProblems = faultTable(
  ShareError,
  {
    invalid: 'HF-VALIDATION',
    'nothing-chosen': 'HF-NOT-FOUND',
    'too-many': 'HF-CONFLICT',
    'not-allowed': 'HF-SHARING-OFF',
    'not-in-plan': 'HF-SHARING-OFF',
    'version-gone': 'HF-CONFLICT',
    over: 'HF-LINK-ENDED',
    'not-found': 'HF-NOT-FOUND',
  },
  ({ field, message }) => (field === undefined ? {} : { errors: [{ field, message }] }),
)
