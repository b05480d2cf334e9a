import { faultTable } from '../http/fault-table.ts'
import { WorkerPoolError } from './worker-pool-error.ts'

export const workerPoolProblems = faultTable(WorkerPoolError, {
  busy: 'HF-BUSY',
  closed: 'HF-BUSY',
  'thread-died': 'HF-INTERNAL',
})
