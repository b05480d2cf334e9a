import { faultTable, type ProblemFinder } from '../http/fault-table.ts'
import { Problem } from '../http/problem.ts'
import { PruneError, PruneRefusedError } from './prune.ts'

export const pruneProblems = faultTable(PruneError, { 'not-confirmed': 'HF-PRUNE-NOT-CONFIRMED' })

export const pruneRefusals: ProblemFinder = (error) =>
  error instanceof PruneRefusedError
    ? new Problem('HF-PRUNE-REFUSED', { detail: error.message, members: { refusal: error.refusal.kind }, cause: error })
    : undefined
