/** The rules of standing.ts as SQL, for lists that filter and sort by them; tests/server/fleet/ holds the two against each other. */
import { type RawBuilder, sql } from 'kysely'
import { heardWithinMs, type StandingKind, silentAfterMs } from './standing.ts'

/**
 * Over `devices`, its `standings` (left joined), its `subscriptions` and its `customers`. `resting`: apart from what is going on now.
 */
export function kindSql(nowMs: number): { readonly kind: RawBuilder<StandingKind>; readonly resting: RawBuilder<StandingKind> } {
  const resting = sql<StandingKind>`CASE
    WHEN ${pauseSql} IS NOT NULL THEN 'paused'
    WHEN standings.verdict = 'failed' THEN 'failed'
    WHEN standings.verdict IS NULL OR standings.good_at IS NULL THEN 'none'
    WHEN standings.good_at < ${nowMs - silentAfterMs} THEN 'silent'
    WHEN standings.verdict = 'partial' THEN 'partial' ELSE 'ok' END`
  const isRunning = sql`standings.running_since IS NOT NULL AND devices.last_seen_at >= ${nowMs - heardWithinMs}`
  return { resting, kind: sql<StandingKind>`CASE WHEN ${isRunning} THEN 'running' ELSE ${resting} END` }
}

/** What pauses a computer, the widest first; NULL: nothing does. */
export const pauseSql = sql<'customer' | 'plan' | 'computer' | null>`CASE
    WHEN customers.state <> 'active' THEN 'customer'
    WHEN subscriptions.accepts_backups = 0 THEN 'plan' END`
