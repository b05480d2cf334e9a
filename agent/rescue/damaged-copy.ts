import { FormatError, MissingChunksError, StorageError } from '../../engine/index.ts'
import { AgentError } from '../errors/agent-error.ts'

/** There is no box that could be asked to check: another version or another copy is what helps. */
const hint = 'Try another version, or another copy of the backups. What has come back already is whole.'

/** Runs what reads a copy, and says what is wrong with the copy in words for somebody who has nothing else. */
export async function readingCopy<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof FormatError || error instanceof MissingChunksError)
      throw new AgentError('HF-STORED-DATA-DAMAGED', `This copy is damaged: ${error.message}.`, { hint, cause: error })
    if (error instanceof StorageError && (error.fault === 'absent' || error.fault === 'broken'))
      throw new AgentError('HF-STORED-DATA-DAMAGED', `This copy cannot be read: ${error.message}.`, { hint, cause: error })
    throw error
  }
}
