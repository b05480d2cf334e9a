import { FormatError, MissingChunksError, StorageError } from '../../engine/index.ts'
import type { ProblemFinder } from '../http/fault-table.ts'
import { faultTable } from '../http/fault-table.ts'
import { Problem } from '../http/problem.ts'
import { RepositoryError } from './repository-error.ts'

export const repositoryProblems = faultTable(RepositoryError, {
  'not-found': 'HF-NOT-FOUND',
  'secret-damaged': 'HF-KEYS-LOST',
  'keys-lost': 'HF-KEYS-LOST',
  'rebuild-needed': 'HF-REBUILD-NEEDED',
})

/** Stored bytes that are not what they were. The words of the engine name ids only, never files. */
export const formatProblems: ProblemFinder = (error) => {
  if (error instanceof FormatError) {
    const code = error.fault === 'wrong-key' || error.fault === 'key-slot-damaged' ? 'HF-KEYS-LOST' : 'HF-RECORD-DAMAGED'
    return new Problem(code, { detail: `${error.message}.`, cause: error })
  }
  if (error instanceof MissingChunksError) return new Problem('HF-RECORD-DAMAGED', { detail: `${error.message}.`, cause: error })
  if (error instanceof StorageError && error.fault === 'full') return new Problem('HF-STORAGE-FULL', { cause: error })
  return undefined
}
