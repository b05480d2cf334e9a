/** The rules of standing.ts as SQL, for lists that filter and sort by them; tests/server/fleet/ holds the two against each other. */
import { type RawBuilder, sql } from 'kysely'
import { heardWithinMs, type Pause, type StandingKind, silentAfterMs } from './standing.ts'

/** What all of these are asked over: every computer with whose it is, what may pause it, and how it stands. */
export const devicesWithStandings = sql`devices
  JOIN customers ON customers.id = devices.customer_id
  JOIN subscriptions ON subscriptions.id = devices.subscription_id
  LEFT JOIN device_switches ON device_switches.device_id = devices.id
  LEFT JOIN standings ON standings.device_id = devices.id`

/** `resting`: apart from what is going on now; `isRunning`: the same as `kind` being that, and quicker. */
export function kindSql(nowMs: number): {
  readonly kind: RawBuilder<StandingKind>
  readonly resting: RawBuilder<StandingKind>
  readonly isRunning: RawBuilder<boolean>
} {
  const resting = sql<StandingKind>`CASE
    WHEN ${pauseSql(nowMs)} IS NOT NULL THEN 'paused'
    WHEN standings.verdict = 'failed' THEN 'failed'
    WHEN devices.kind = 'inbox' THEN IF(standings.verdict = 'partial', 'partial', 'ok')
    WHEN standings.verdict IS NULL OR standings.good_at IS NULL THEN 'none'
    WHEN standings.good_at < ${nowMs - silentAfterMs} THEN 'silent'
    WHEN standings.verdict = 'partial' THEN 'partial' ELSE 'ok' END`
  const isRunning = sql<boolean>`(standings.running_since IS NOT NULL AND devices.last_seen_at >= ${nowMs - heardWithinMs})`
  return { resting, isRunning, kind: sql<StandingKind>`CASE WHEN ${isRunning} THEN 'running' ELSE ${resting} END` }
}

/** What pauses a computer, the widest first; NULL: nothing does. */
export function pauseSql(nowMs: number): RawBuilder<Pause['of'] | null> {
  return sql<Pause['of'] | null>`CASE
    WHEN customers.state <> 'active' THEN 'customer'
    WHEN subscriptions.accepts_backups = 0 AND COALESCE(subscriptions.switched_off_until, ${nowMs + 1}) > ${nowMs} THEN 'plan'
    WHEN device_switches.device_id IS NOT NULL AND COALESCE(device_switches.until_at, ${nowMs + 1}) > ${nowMs} THEN 'computer' END`
}

/** Until when that is so; NULL: until somebody says otherwise. */
export function pausedUntilSql(nowMs: number): RawBuilder<number | null> {
  return sql<number | null>`CASE ${pauseSql(nowMs)} WHEN 'plan' THEN subscriptions.switched_off_until
    WHEN 'computer' THEN device_switches.until_at END`
}
