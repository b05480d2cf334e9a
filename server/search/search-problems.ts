import { faultTable } from '../http/fault-table.ts'
import { SearchError } from './search-error.ts'

export const searchProblems = faultTable(SearchError, {
  'too-large': 'HF-SEARCH-TOO-LARGE',
  'too-hard': 'HF-SEARCH-TOO-HARD',
  busy: 'HF-BUSY',
  'not-ready': 'HF-BUSY',
  abandoned: 'HF-BUSY',
  closed: 'HF-BUSY',
  'thread-died': 'HF-INTERNAL',
})
