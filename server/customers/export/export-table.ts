/** What an export is made of, read a page at a time: memory holds one page, however many versions a customer has. */
import type { Queryable } from '../../database/database.ts'
import { formatDeviceNumber } from '../../devices/device.ts'
import type { Id } from '../../runtime/ids.ts'

export type ExportRow = Readonly<Record<string, string | number | boolean | null>>
type Pages = AsyncGenerator<readonly ExportRow[]>

const rowsPerPage = 500
const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString())

async function* pagesOf<Row extends { readonly key: string }>(
  list: (after: string) => Promise<readonly Row[]>,
  toRow: (row: Row) => ExportRow,
): Pages {
  for (let after = ''; ; ) {
    const rows = await list(after)
    if (rows.length > 0) yield rows.map(toRow)
    const last = rows.at(-1)
    if (last === undefined || rows.length < rowsPerPage) return
    after = last.key
  }
}

export function exportPeople(db: Queryable, customerId: Id<'cus'>): Pages {
  return pagesOf(
    (after) =>
      db
        .selectFrom('memberships')
        .innerJoin('users', 'users.id', 'memberships.user_id')
        .select(['users.id as key', 'users.name', 'users.email', 'memberships.role', 'memberships.created_at'])
        .where('memberships.customer_id', '=', customerId)
        .where('users.id', '>', after as Id<'usr'>)
        .orderBy('users.id')
        .limit(rowsPerPage)
        .execute(),
    ({ key, name, email, role, created_at }) => ({ id: key, name, email, role, since: iso(created_at) }),
  )
}

export function exportSubscriptions(db: Queryable, customerId: Id<'cus'>): Pages {
  return pagesOf(
    (after) =>
      db
        .selectFrom('subscriptions')
        .innerJoin('plans', 'plans.id', 'subscriptions.plan_id')
        .select([
          'subscriptions.id as key',
          'plans.name as plan',
          'subscriptions.licence_key',
          'subscriptions.valid_from',
          'subscriptions.valid_until',
          'subscriptions.grace_days',
          'subscriptions.quota_bytes',
          'subscriptions.devices_max',
          'subscriptions.accepts_backups',
        ])
        .where('subscriptions.customer_id', '=', customerId)
        .where('subscriptions.id', '>', after as Id<'sub'>)
        .orderBy('subscriptions.id')
        .limit(rowsPerPage)
        .execute(),
    (row) => ({
      id: row.key,
      plan: row.plan,
      licenceKey: row.licence_key,
      validFrom: iso(row.valid_from),
      validUntil: iso(row.valid_until),
      graceDays: row.grace_days,
      quotaBytes: row.quota_bytes,
      computersMax: row.devices_max,
      acceptsBackups: row.accepts_backups === 1,
    }),
  )
}

export function exportComputers(db: Queryable, customerId: Id<'cus'>): Pages {
  return pagesOf(
    (after) =>
      db
        .selectFrom('devices')
        .select([
          'id as key',
          'number',
          'name',
          'state',
          'subscription_id',
          'agent_version',
          'connected_at',
          'last_seen_at',
          'versions_count',
          'stored_bytes',
        ])
        .where('customer_id', '=', customerId)
        .where('id', '>', after as Id<'dev'>)
        .orderBy('id')
        .limit(rowsPerPage)
        .execute(),
    (row) => ({
      id: row.key,
      number: formatDeviceNumber(row.number),
      name: row.name,
      state: row.state,
      subscriptionId: row.subscription_id,
      agentVersion: row.agent_version,
      connectedAt: iso(row.connected_at),
      lastSeenAt: iso(row.last_seen_at),
      versions: row.versions_count,
      storedBytes: row.stored_bytes,
    }),
  )
}

/** Names of jobs are the computer’s own; what they back up is not here. */
export function exportJobs(db: Queryable, customerId: Id<'cus'>): Pages {
  return pagesOf(
    async (after) =>
      (
        await db
          .selectFrom('jobs')
          .innerJoin('devices', 'devices.id', 'jobs.device_id')
          .select(['jobs.id', 'jobs.device_id', 'jobs.name', 'jobs.created_at'])
          .where('devices.customer_id', '=', customerId)
          .where('jobs.id', '>', Number(after) as never)
          .orderBy('jobs.id')
          .limit(rowsPerPage)
          .execute()
      ).map((row) => ({ ...row, key: String(row.id) })),
    (row) => ({ computerId: row.device_id, name: row.name, since: iso(row.created_at) }),
  )
}

/** Links for people outside the account. What opens them is nowhere; titles are left out, as many are names of files. */
export function exportShares(db: Queryable, customerId: Id<'cus'>): Pages {
  return pagesOf(
    (after) =>
      db
        .selectFrom('shares')
        .select(['id as key', 'kind', 'created_by_name', 'created_at', 'expires_at', 'revoked_at', 'looks', 'downloads'])
        .select(['received_files', 'received_bytes'])
        .where('customer_id', '=', customerId)
        .where('id', '>', after as Id<'shr'>)
        .orderBy('id')
        .limit(rowsPerPage)
        .execute(),
    (row) => ({
      id: row.key,
      kind: row.kind,
      madeBy: row.created_by_name,
      madeAt: iso(row.created_at),
      endsAt: iso(row.expires_at),
      withdrawnAt: iso(row.revoked_at),
      opened: row.looks,
      downloads: row.downloads,
      receivedFiles: row.received_files,
      receivedBytes: row.received_bytes,
    }),
  )
}

export function exportRuns(db: Queryable, customerId: Id<'cus'>): Pages {
  return pagesOf(
    (after) =>
      db
        .selectFrom('runs')
        .innerJoin('jobs', 'jobs.id', 'runs.job_id')
        .select([
          'runs.id as key',
          'runs.device_id',
          'jobs.name as job',
          'runs.started_at',
          'runs.ended_at',
          'runs.verdict',
          'runs.code',
          'runs.files',
          'runs.source_bytes',
          'runs.added_bytes',
          'runs.added_stored_bytes',
          'runs.skipped',
        ])
        .where('runs.customer_id', '=', customerId)
        .where('runs.id', '>', after as Id<'run'>)
        .orderBy('runs.id')
        .limit(rowsPerPage)
        .execute(),
    (row) => ({
      id: row.key,
      computerId: row.device_id,
      job: row.job,
      startedAt: iso(row.started_at),
      endedAt: iso(row.ended_at),
      verdict: row.verdict,
      code: row.code,
      files: row.files,
      sourceBytes: row.source_bytes,
      addedBytes: row.added_bytes,
      addedStoredBytes: row.added_stored_bytes,
      leftOut: row.skipped,
    }),
  )
}

/** What went back to computers: how much, and how it ended; no names. */
export function exportRestores(db: Queryable, customerId: Id<'cus'>): Pages {
  return pagesOf(
    (after) =>
      db
        .selectFrom('restore_orders')
        .select([
          'id as key',
          'device_id',
          'source_device_id',
          'snapshot',
          'mode',
          'rule',
          'state',
          'asked_at',
          'asked_by',
          'ended_at',
          'files',
          'bytes',
          'code',
        ])
        .where('customer_id', '=', customerId)
        .where('id', '>', after as Id<'rst'>)
        .orderBy('id')
        .limit(rowsPerPage)
        .execute(),
    (row) => ({
      id: row.key,
      computerId: row.device_id,
      sourceComputerId: row.source_device_id,
      versionId: row.snapshot,
      mode: row.mode,
      rule: row.rule,
      state: row.state,
      askedAt: iso(row.asked_at),
      askedBy: row.asked_by,
      endedAt: iso(row.ended_at),
      files: row.files,
      bytes: row.bytes,
      code: row.code,
    }),
  )
}

/** Names and notes are contents: with `withWords` alone. */
export function exportVersions(db: Queryable, customerId: Id<'cus'>, { withWords }: { readonly withWords: boolean }): Pages {
  return pagesOf(
    (after) =>
      db
        .selectFrom('snapshots')
        .innerJoin('jobs', 'jobs.id', 'snapshots.job_id')
        .leftJoin('version_notes', 'version_notes.snapshot', 'snapshots.id')
        .select([
          'version_notes.name',
          'version_notes.note',
          'snapshots.id as key',
          'snapshots.device_id',
          'jobs.name as job',
          'snapshots.taken_at',
          'snapshots.received_at',
          'snapshots.verdict',
          'snapshots.files',
          'snapshots.directories',
          'snapshots.source_bytes',
          'snapshots.skipped',
        ])
        .where('snapshots.customer_id', '=', customerId)
        .where('snapshots.id', '>', after as Id<'snap'>)
        .orderBy('snapshots.id')
        .limit(rowsPerPage)
        .execute(),
    (row) => ({
      id: row.key,
      computerId: row.device_id,
      job: row.job,
      takenAt: iso(row.taken_at),
      receivedAt: iso(row.received_at),
      verdict: row.verdict,
      files: row.files,
      folders: row.directories,
      sourceBytes: row.source_bytes,
      leftOut: row.skipped,
      ...(withWords ? { name: row.name ?? '', note: row.note ?? '' } : {}),
    }),
  )
}
