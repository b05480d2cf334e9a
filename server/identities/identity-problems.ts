import { faultTable } from '../http/fault-table.ts'
import { IdentityError } from './identity-error.ts'

export const identityProblems = faultTable(IdentityError, { 'not-found': 'HF-NOT-FOUND', answered: 'HF-CONFLICT' })
