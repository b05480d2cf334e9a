import { faultTable } from '../http/fault-table.ts'
import { GlassError } from './glass-error.ts'

export const glassProblems = faultTable(GlassError, { 'invalid-reason': 'HF-VALIDATION', 'not-found': 'HF-NOT-FOUND' })
