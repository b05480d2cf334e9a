import type { ProblemFinder } from '../http/fault-table.ts'
import { Problem } from '../http/problem.ts'

/** What the driver throws when the server is gone: while it starts again, or for as long as somebody keeps it stopped. */
const connectionCodes = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EPIPE',
  'ETIMEDOUT',
  'ER_CON_COUNT_ERROR',
  'ER_SERVER_SHUTDOWN',
  'PROTOCOL_CONNECTION_LOST',
]

export const databaseProblems: ProblemFinder = (error) =>
  isConnectionLoss(error) ? new Problem('HF-DATABASE-DOWN', { cause: error }) : undefined

/**
 * `fatal` is the driver's own mark; files and sockets of other parts fail with the same codes but without it. The one fatal error
 * without a code is that of a connection which was lost before: what a rollback on it says.
 */
export function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error) || !('fatal' in error) || error.fatal !== true) return false
  return !('code' in error) || connectionCodes.includes(String(error.code))
}
