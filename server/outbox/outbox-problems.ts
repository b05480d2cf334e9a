import { faultTable } from '../http/fault-table.ts'
import { OutboxError } from './outbox-error.ts'

export const outboxProblems = faultTable(OutboxError, { 'not-found': 'HF-NOT-FOUND', 'words-gone': 'HF-CONFLICT' })
