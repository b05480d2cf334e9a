import { ConfigError } from '../config.ts'
import { DatabaseError } from '../database/database-error.ts'
import { Problem } from '../http/problem.ts'
import { ListenError } from '../listener/http-listener.ts'
import { DataFolderInUse } from '../runtime/data-lock.ts'
import { MasterKeyError } from '../runtime/master-key.ts'

/** Why a box does not open, in the catalogue's words; undefined for errors of other kinds. */
export function startProblem(error: unknown): Problem | undefined {
  if (error instanceof ConfigError) return new Problem('HF-SETTING-WRONG', { detail: error.message, cause: error })
  if (error instanceof DataFolderInUse) return new Problem('HF-DATA-FOLDER-IN-USE', { detail: sentence(error), cause: error })
  if (error instanceof DatabaseError) {
    return new Problem('HF-DATABASE-UNUSABLE', { detail: sentence(error), hint: error.hint, cause: error })
  }
  if (error instanceof ListenError) return new Problem('HF-CANNOT-LISTEN', { detail: sentence(error), cause: error })
  if (error instanceof MasterKeyError) return new Problem('HF-MASTER-KEY-WRONG', { detail: sentence(error), cause: error })
  return undefined
}

function sentence({ message }: Error): string {
  return `${message.charAt(0).toUpperCase()}${message.slice(1)}${/[.!?]$/.test(message) ? '' : '.'}`
}
