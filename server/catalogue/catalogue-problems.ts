import { faultTable } from '../http/fault-table.ts'
import { CatalogueError } from './catalogue-error.ts'

export const catalogueProblems = faultTable(CatalogueError, {
  busy: 'HF-BUSY',
  'tree-lost': 'HF-SNAPSHOT-INVALID',
  'too-large': 'HF-SNAPSHOT-INVALID',
  stale: 'HF-CONFLICT',
})
