import { faultTable } from '../http/fault-table.ts'
import { CopyError } from './copy-error.ts'

export const copyProblems = faultTable(CopyError, {
  'not-found': 'HF-NOT-FOUND',
  invalid: 'HF-VALIDATION',
  'place-unusable': 'HF-COPY-PLACE-UNUSABLE',
  'place-taken': 'HF-COPY-PLACE-TAKEN',
  'wrong-place': 'HF-COPY-WRONG-PLACE',
  'place-full': 'HF-COPY-PLACE-FULL',
  'source-lost': 'HF-COPY-SOURCE-LOST',
  'copy-newer': 'HF-COPY-NEWER',
  running: 'HF-COPY-RUNNING',
})
