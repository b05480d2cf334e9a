import { setTimeout as wait } from 'node:timers/promises'
import type { Kysely, Transaction as KyselyTransaction } from 'kysely'
import type { Randomness } from '../runtime/randomness.ts'
import type { Tables } from './tables.ts'

export type Transaction = KyselyTransaction<Tables>

export const maxDeadlockRetries = 5
const longestPauseMs = 64

/**
 * Runs `work` in one READ COMMITTED transaction (every connection is set to that level) and runs it again, whole, when the
 * database ended it as the victim of a deadlock. So `work` must do nothing but SQL: whatever else it did would be done twice.
 */
export async function runTransaction<Result>(
  kysely: Kysely<Tables>,
  randomness: Randomness,
  work: (transaction: Transaction) => Promise<Result>,
): Promise<Result> {
  for (let retries = 0; ; retries += 1) {
    try {
      return await kysely.transaction().execute(work)
    } catch (error) {
      if (!isDeadlock(error) || retries === maxDeadlockRetries) throw error
      // An uneven pause, so that two transactions that met once do not meet again in step.
      await wait(1 + (randomness.bytes(1).readUInt8() % longestPauseMs))
    }
  }
}

function isDeadlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ER_LOCK_DEADLOCK'
}
