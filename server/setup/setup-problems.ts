import { faultTable } from '../http/fault-table.ts'
import { SetupError } from './setup-error.ts'

export const setupProblems = faultTable(SetupError, { done: 'HF-SETUP-DONE', 'token-invalid': 'HF-SETUP-TOKEN-INVALID' })
