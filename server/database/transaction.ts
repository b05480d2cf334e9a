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
    const done: (() => void)[] = []
    try {
      const result = await kysely.transaction().execute((transaction) => {
        afterwards.set(transaction, done)
        return work(transaction)
      })
      for (const tell of done) tell()
      return result
    } catch (error) {
      if (!isDeadlock(error) || retries === maxDeadlockRetries) throw error
      // An uneven pause, so that two transactions that met once do not meet again in step.
      await wait(1 + (randomness.bytes(1).readUInt8() % longestPauseMs))
    }
  }
}

const afterwards = new WeakMap<Transaction, (() => void)[]>()

/** Runs `tell` once the transaction is committed, and never when it was not. For words to those who wait in this process. */
export function afterCommit(transaction: Transaction, tell: () => void): void {
  const done = afterwards.get(transaction)
  if (done === undefined) throw new Error('this transaction was not begun by runTransaction')
  done.push(tell)
}

function isDeadlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ER_LOCK_DEADLOCK'
}
