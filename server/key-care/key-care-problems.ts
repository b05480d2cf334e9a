import { faultTable } from '../http/fault-table.ts'
import { KeyCareError } from './key-care-error.ts'

export const keyCareProblems = faultTable(KeyCareError, { 'key-file-refused': 'HF-KEY-FILE-REFUSED' })
