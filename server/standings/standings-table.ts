import { type RawBuilder, sql } from 'kysely'
import type { Verdict } from '../../engine/index.ts'
import type { Queryable } from '../database/database.ts'
import type { DeviceKind } from '../devices/device.ts'
import type { Id } from '../runtime/ids.ts'
import { type DeviceStanding, jobCountsForMs, type Pause } from './standing.ts'
import { devicesWithStandings, pausedUntilSql, pauseSql } from './standing-kind-table.ts'

export interface StandingRow {
  readonly device_id: Id<'dev'>
  readonly verdict: Verdict | null
  readonly ended_at: number | null
  readonly code: string | null
  readonly detail: string | null
  readonly skipped: number
  readonly failures: number
  readonly good_at: number | null
  readonly running_since: number | null
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly standings: StandingRow
  }
}

/** In the transaction that begins or ends a run, or changes which versions there are: says anew how the computer stands. */
export async function restate(
  db: Queryable,
  of: { readonly deviceId: Id<'dev'> } | { readonly runId: Id<'run'> },
): Promise<void> {
  const device =
    'deviceId' in of ? sql`devices.id = ${of.deviceId}` : sql`devices.id = (SELECT device_id FROM runs WHERE id = ${of.runId})`
  await sql`INSERT INTO standings
      (device_id, verdict, ended_at, code, detail, skipped, failures, good_at, running_since)
    WITH its_jobs AS (
      SELECT jobs.id, jobs.newest_version FROM devices JOIN jobs ON jobs.device_id = devices.id WHERE ${device}
    ), ended AS (${endOfEachJob}), worst AS (
      SELECT * FROM ended WHERE verdict IS NOT NULL
        AND ended_at >= (SELECT MAX(ended_at) FROM ended) - ${jobCountsForMs}
      ORDER BY FIELD(verdict, 'failed', 'partial', 'ok'), ended_at DESC LIMIT 1
    )
    SELECT devices.id, worst.verdict, worst.ended_at, worst.code, worst.detail, COALESCE(worst.skipped, 0),
      IF(worst.verdict = 'failed', ${failuresInARow}, 0), good.received_at,
      (SELECT MIN(open.started_at) FROM runs AS open WHERE open.device_id = devices.id AND open.ended_at IS NULL)
    FROM devices LEFT JOIN worst ON TRUE LEFT JOIN snapshots AS good ON good.id = devices.last_good_version
    WHERE ${device}
    ON DUPLICATE KEY UPDATE verdict = VALUES(verdict), ended_at = VALUES(ended_at), code = VALUES(code),
      detail = VALUES(detail), skipped = VALUES(skipped), failures = VALUES(failures), good_at = VALUES(good_at),
      running_since = VALUES(running_since)`.execute(db)
}

/**
 * The later of its last run and its newest version: a version may come without a run (found on the disk), a run without a version.
 * Of both at once the run tells, as it knows which left-out files were accepted.
 */
const isRun = sql`run.ended_at >= COALESCE(version.received_at, 0)`
const endOfEachJob = sql`
      SELECT its_jobs.id AS job_id,
        IF(${isRun}, run.standing, version.verdict) AS verdict,
        IF(${isRun}, run.ended_at, version.received_at) AS ended_at,
        IF(${isRun}, run.code, NULL) AS code,
        IF(${isRun}, run.detail, NULL) AS detail,
        IF(${isRun}, run.skipped, version.skipped) AS skipped
      FROM its_jobs
      LEFT JOIN runs AS run ON run.id = (SELECT newest.id FROM runs AS newest
        WHERE newest.job_id = its_jobs.id AND newest.ended_at IS NOT NULL AND newest.verdict != 'refused' ORDER BY newest.ended_at DESC LIMIT 1)
      LEFT JOIN snapshots AS version ON version.id = its_jobs.newest_version`

const failuresInARow = sql`(SELECT COUNT(*) FROM runs WHERE runs.job_id = worst.job_id AND runs.verdict = 'failed'
        AND runs.ended_at > COALESCE((SELECT MAX(better.ended_at) FROM runs AS better
          WHERE better.job_id = worst.job_id AND better.verdict IN ('ok', 'partial')), 0))`

export async function listStandings(
  db: Queryable,
  deviceIds: readonly Id<'dev'>[],
  nowMs: number,
): Promise<ReadonlyMap<Id<'dev'>, DeviceStanding>> {
  if (deviceIds.length === 0) return new Map()
  const { rows } = await sql<ListedStanding & { readonly device_id: Id<'dev'> }>`
    SELECT devices.id AS device_id, ${standingColumns(nowMs)} FROM ${devicesWithStandings}
    WHERE devices.id IN (${sql.join(deviceIds)})`.execute(db)
  return new Map(rows.map((row) => [row.device_id, toStanding(row)]))
}

export interface ListedStanding extends Omit<StandingRow, 'device_id'> {
  readonly paused_by: Pause['of'] | null
  readonly paused_until: number | null
  readonly device_kind: DeviceKind
}

/** Over `devicesWithStandings`; for `toStanding`. */
export function standingColumns(nowMs: number): RawBuilder<unknown> {
  return sql`standings.verdict, standings.ended_at, standings.code, standings.detail, COALESCE(standings.skipped, 0) AS skipped,
      COALESCE(standings.failures, 0) AS failures, standings.good_at, standings.running_since,
      devices.kind AS device_kind, ${pauseSql(nowMs)} AS paused_by, ${pausedUntilSql(nowMs)} AS paused_until`
}

export function toStanding(row: ListedStanding): DeviceStanding {
  const { verdict, ended_at: at, code, detail, skipped, failures } = row
  return {
    ended:
      verdict === null || at === null
        ? undefined
        : { verdict, at, code: code ?? undefined, detail: detail ?? undefined, skipped, failures },
    goodAt: row.good_at ?? undefined,
    runningSince: row.running_since ?? undefined,
    ...(row.device_kind === 'inbox' ? { isNeverMissed: true } : {}),
    pause: row.paused_by === null ? undefined : { of: row.paused_by, untilMs: row.paused_until ?? undefined },
  }
}
