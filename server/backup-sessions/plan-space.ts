/** How much of its plan's space a subscription uses, and whether there is room for more. */
import type { Database, Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { readUsedBytes } from '../subscriptions/usage-table.ts'
import { BackupRefusedError, quotaTolerance } from './backup-session.ts'

export interface PlanSpace {
  /**
   * Holds room for an upload until `release`. Uploads may go a little beyond the plan, as a part of what is sent may turn out to be
   * there already. Throws BackupRefusedError `quota-exceeded`.
   */
  readonly reserve: (ask: SpaceAsk) => Promise<{ readonly release: () => void }>
  /** Sealed and padded bytes that its versions reach as of the last mark, plus what its devices sent since. */
  readonly used: (db: Queryable, subscriptionId: Id<'sub'>) => Promise<number>
}

export interface SpaceAsk {
  readonly subscriptionId: Id<'sub'>
  readonly quotaBytes: number
  readonly bytes: number
}

export function createPlanSpace({ database }: { readonly database: Database }): PlanSpace {
  const reservedBytes = new Map<Id<'sub'>, number>()
  const change = (subscriptionId: Id<'sub'>, bytes: number) => {
    const now = (reservedBytes.get(subscriptionId) ?? 0) + bytes
    if (now === 0) reservedBytes.delete(subscriptionId)
    else reservedBytes.set(subscriptionId, now)
    return now
  }
  return {
    used: readUsedBytes,
    reserve: async ({ subscriptionId, quotaBytes, bytes }) => {
      const reserved = change(subscriptionId, bytes)
      try {
        const usedBytes = await readUsedBytes(database.kysely, subscriptionId)
        if (usedBytes + reserved > quotaBytes * quotaTolerance)
          throw new BackupRefusedError({ kind: 'quota-exceeded', quotaBytes, usedBytes })
      } catch (error) {
        change(subscriptionId, -bytes)
        throw error
      }
      return { release: () => change(subscriptionId, -bytes) }
    },
  }
}
