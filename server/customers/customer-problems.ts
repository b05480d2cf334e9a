import { faultTable } from '../http/fault-table.ts'
import { CustomerError } from './customer-error.ts'

export const customerProblems = faultTable(CustomerError, { 'invalid-name': 'HF-VALIDATION', 'not-found': 'HF-NOT-FOUND' })
