// Rows of a full box, as years of work would have left them: customers, their plans and computers, runs, versions, a catalogue, an audit log.
import { createHash } from 'node:crypto'
import { type RawBuilder, sql } from 'kysely'
import type { Queryable } from '../server/database/database.ts'
import { restate } from '../server/standings/standings-table.ts'

export interface FullBoxCounts {
  readonly customers: number
  readonly devices: number
  readonly runs: number
  readonly catalogue: number
  readonly audit: number
}

export interface FullBox {
  /** A sample of each id that stands in an address. */
  readonly ids: Readonly<Record<string, string>>
  /** Addresses as people narrow them. */
  readonly searches: readonly string[]
}

const dayMs = 24 * 60 * 60 * 1000
const rowsAtOnce = 1000
const planId = 'pln_gold2222222222222222'
const GiB = 1024 ** 3
/** Owns the first customer, with the password of the box's administrator. */
export const ownerEmail = 'owner@example.org'

export async function fillBox(db: Queryable, counts: FullBoxCounts, nowMs: number): Promise<FullBox> {
  const { rows } = await sql<{
    id: string
    number: number
  }>`SELECT id, number FROM customers ORDER BY number DESC LIMIT 1`.execute(db)
  const first = Number(rows[0]?.number ?? 0) + 1
  await fillCustomers(db, counts.customers, first, nowMs)
  await fillOwner(db, nowMs)
  await fillDevices(db, counts, nowMs)
  await fillRuns(db, counts, nowMs)
  await fillNumbers(db)
  await fillCatalogue(db, counts)
  await fillAudit(db, counts, nowMs)
  for (let index = 0; index < counts.devices; index += 1) await restate(db, { deviceId: id('dev', index) as never })
  await sql`ANALYZE TABLE devices, runs, snapshots, standings, customers, subscriptions, audit, catalogue, jobs`.execute(db)
  return {
    ids: {
      customerId: id('cus', 0),
      subscriptionId: id('sub', 0),
      planId,
      deviceId: id('dev', 0),
      snapshotId: id('snap', 0),
      runId: id('run', 0),
      code: 'HF-BUSY',
      chore: 'prune',
    },
    searches: [
      '/fleet?state=failed',
      '/fleet?q=computer-4&sort=good&order=down',
      '/fleet?page=10',
      '/customers?q=customer',
      '/audit?q=customer',
      '/api/v1/fleet?limit=200',
      '/jobs?job=prune',
    ],
  }
}

/** The same for the same number: 20 characters of base32. */
function id(prefix: string, number: number): string {
  const digest = createHash('sha256').update(`${prefix} ${number}`).digest()
  return `${prefix}_${[...digest.subarray(0, 20)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('')}`
}

async function insert(db: Queryable, table: string, columns: string, count: number, row: (index: number) => RawBuilder<unknown>) {
  for (let from = 0; from < count; from += rowsAtOnce) {
    const rows = Array.from({ length: Math.min(rowsAtOnce, count - from) }, (_, index) => row(from + index))
    await sql`INSERT INTO ${sql.raw(table)} (${sql.raw(columns)}) VALUES ${sql.join(rows)}`.execute(db)
  }
}

async function fillCustomers(db: Queryable, count: number, first: number, nowMs: number): Promise<void> {
  const at = nowMs - 400 * dayMs
  await insert(db, 'customers', 'id, number, name, state, kit_printed_at, created_at', count, (index) => {
    return sql`(${id('cus', index)}, ${first + index}, ${`Customer ${index} of the office`}, 'active', ${nowMs}, ${at})`
  })
  await sql`UPDATE counters SET last_number = ${first + count} WHERE name = 'customer'`.execute(db)
  await insert(db, 'repositories', 'uid, customer_id, created_at', count, (index) => {
    return sql`(${createHash('md5').update(`repository ${index}`).digest()}, ${id('cus', index)}, ${at})`
  })
  const columns =
    'id, licence_key, customer_id, plan_id, valid_from, valid_until, grace_days, quota_bytes, devices_max, accepts_backups, created_at'
  await insert(db, 'subscriptions', columns, count, (index) => {
    const until = nowMs + (index % 300) * dayMs
    return sql`(${id('sub', index)}, ${`HF-${String(index).padStart(12, '0')}`}, ${id('cus', index)}, ${planId}, ${at}, ${until}, 14, ${100 * GiB}, 50, 1, ${at})`
  })
}

async function fillOwner(db: Queryable, nowMs: number): Promise<void> {
  await sql`INSERT INTO users (id, email, email_folded, name, staff_role, password_hash, password_changed_at, created_at)
    SELECT ${id('usr', 0)}, ${ownerEmail}, ${ownerEmail}, 'Owner', NULL, password_hash, ${nowMs}, ${nowMs} FROM users LIMIT 1`.execute(
    db,
  )
  await sql`INSERT INTO memberships (user_id, customer_id, role, created_at)
    VALUES (${id('usr', 0)}, ${id('cus', 0)}, 'owner', ${nowMs})`.execute(db)
}

async function fillDevices(db: Queryable, counts: FullBoxCounts, nowMs: number): Promise<void> {
  const fingerprint = JSON.stringify({
    print: 'ab'.repeat(32),
    system: {},
    board: {},
    macs: [],
    diskSerials: [],
    os: { hostname: 'pc' },
  })
  const columns =
    'id, number, customer_id, repository_id, subscription_id, name, state, token_hash, fingerprint, fingerprint_print, instance_newest, is_newest_instance_shown, head_seq, agent_version, address, connected_at, last_seen_at, versions_count, first_version_at, stored_bytes'
  await insert(db, 'devices', columns, counts.devices, (index) => {
    const customer = index % counts.customers
    const repository = sql`(SELECT id FROM repositories WHERE customer_id = ${id('cus', customer)})`
    const token = createHash('sha256').update(`token ${index}`).digest()
    const stored = ((index * 37) % 95) * GiB
    return sql`(${id('dev', index)}, ${index + 1}, ${id('cus', customer)}, ${repository}, ${id('sub', customer)}, ${`COMPUTER-${index}`}, 'active', ${token}, ${fingerprint}, ${'ab'.repeat(32)}, 'x', 1, 30, '0.1.0', ${`10.0.${index % 200}.7`}, ${nowMs - 300 * dayMs}, ${nowMs - 60_000}, 30, ${nowMs - 300 * dayMs}, ${stored})`
  })
  await insert(db, 'jobs', 'device_id, name, created_at', counts.devices, (index) => {
    return sql`(${id('dev', index)}, 'default', ${nowMs - 300 * dayMs})`
  })
}

const versionsOfDevice = 30
const skippedOf = (index: number) => (index % 40 === 0 ? 12 : 0)

/** Every computer has the same number of runs, a few a day up to now; its newest ones made the versions that it has. */
async function fillRuns(db: Queryable, counts: FullBoxCounts, nowMs: number): Promise<void> {
  const jobs = await sql<{ id: number; device_id: string }>`SELECT id, device_id FROM jobs`.execute(db)
  const jobOf = new Map(jobs.rows.map((row) => [row.device_id, row.id]))
  const each = Math.floor(counts.runs / counts.devices)
  const columns =
    'id, customer_id, device_id, job_id, verdict, snapshot, code, detail, started_at, ended_at, files, source_bytes, added_bytes, added_stored_bytes, skipped'
  const of = (index: number) => ({ device: index % counts.devices, age: Math.floor(index / counts.devices) })
  await insert(db, 'runs', columns, each * counts.devices, (index) => {
    const { device, age } = of(index)
    const endedAt = nowMs - (age + 1) * 0.5 * dayMs - device * 1000 - (device % 60 === 7 ? 12 * dayMs : 0)
    const isFailed = (device + age) % 97 === 3
    const verdict = isFailed ? 'failed' : skippedOf(device + age) > 0 ? 'partial' : 'ok'
    const snapshot = !isFailed && age < versionsOfDevice ? id('snap', index) : null
    return sql`(${id('run', index)}, ${id('cus', device % counts.customers)}, ${id('dev', device)}, ${jobOf.get(id('dev', device)) ?? 0}, ${verdict}, ${snapshot}, ${isFailed ? 'HF-QUOTA-EXCEEDED' : null}, ${isFailed ? 'The plan is full.' : null}, ${endedAt - 90_000}, ${endedAt}, 21000, ${40 * GiB}, ${200 * 1024 ** 2}, ${90 * 1024 ** 2}, ${skippedOf(device + age)})`
  })
  const versions = Math.min(versionsOfDevice, each) * counts.devices
  const versionColumns =
    'id, snapshot_id, repository_id, customer_id, device_id, job_id, run_id, seq, root, server_time_at, started_at, finished_at, taken_at, received_at, verdict, is_checkpoint, files, directories, symlinks, others, source_bytes, skipped, new_files, changed_files, unchanged_files, added_bytes, added_stored_bytes, file_bytes, closure_epoch, catalogue_version'
  await insert(db, 'snapshots', versionColumns, versions, (index) => {
    const { device, age } = of(index)
    const at = nowMs - (age + 1) * 0.5 * dayMs - device * 1000 - (device % 60 === 7 ? 12 * dayMs : 0)
    const customer = id('cus', device % counts.customers)
    const hash = createHash('sha256').update(`snapshot ${index}`).digest()
    const verdict = skippedOf(device + age) > 0 ? 'partial' : 'ok'
    return sql`(${id('snap', index)}, ${hash}, (SELECT id FROM repositories WHERE customer_id = ${customer}), ${customer}, ${id('dev', device)}, ${jobOf.get(id('dev', device)) ?? 0}, ${id('run', index)}, ${versionsOfDevice - age}, ${hash}, ${at}, ${at - 90_000}, ${at}, ${at}, ${at}, ${verdict}, 0, 21000, 900, 0, 0, ${40 * GiB}, ${skippedOf(device + age)}, 12, 60, 20928, ${200 * 1024 ** 2}, ${90 * 1024 ** 2}, 700, 0, 1)`
  })
  await sql`UPDATE devices SET
    newest_version = (SELECT id FROM snapshots WHERE device_id = devices.id ORDER BY seq DESC LIMIT 1),
    last_good_version = (SELECT id FROM snapshots WHERE device_id = devices.id ORDER BY seq DESC LIMIT 1)`.execute(db)
  await sql`UPDATE jobs SET
    newest_version = (SELECT id FROM snapshots WHERE job_id = jobs.id ORDER BY seq DESC LIMIT 1),
    last_good_version = (SELECT id FROM snapshots WHERE job_id = jobs.id ORDER BY seq DESC LIMIT 1)`.execute(db)
}

/** A thousand numbers, to make millions of rows where they shall lie. */
async function fillNumbers(db: Queryable): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS bench_numbers (n INT UNSIGNED NOT NULL PRIMARY KEY)`.execute(db)
  await insert(db, 'bench_numbers', 'n', rowsAtOnce, (index) => sql`(${index})`)
}

async function fillCatalogue(db: Queryable, { catalogue, devices }: FullBoxCounts): Promise<void> {
  const { rows } = await sql<{ id: number }>`SELECT id FROM jobs ORDER BY id`.execute(db)
  const each = Math.ceil(catalogue / devices)
  for (const { id: job } of rows) {
    for (let from = 0; from < each; from += rowsAtOnce) {
      const count = Math.min(rowsAtOnce, each - from)
      await sql`INSERT INTO catalogue (job_id, path_hash, from_version, parent_hash, type, size, mtime_ns, name, folded)
        SELECT ${job}, UNHEX(MD5(CONCAT(${job}, ' ', n + ${from}))), 1, UNHEX(MD5(CONCAT(${job}, ' folder ', (n + ${from}) DIV 40))), 1,
          n * 1000, 1700000000000000000, CONCAT('letter ', n + ${from}, '.odt'), CONCAT('letter ', n + ${from}, '.odt')
        FROM bench_numbers WHERE n < ${count} ORDER BY 2`.execute(db)
    }
  }
}

async function fillAudit(db: Queryable, { audit, customers }: FullBoxCounts, nowMs: number): Promise<void> {
  for (let from = 0; from < audit; from += rowsAtOnce) {
    const customer = id('cus', (from / rowsAtOnce) % customers)
    await sql`INSERT INTO audit (at, actor_kind, actor_name, action, object_id, customer_id, address, detail)
      SELECT ${nowMs - audit * 1000 + from * 1000} + n * 1000, 'user', CONCAT('user', n % 40, '@office.example'),
        ELT(1 + n % 4, 'session.signed-in', 'device.renamed', 'order.given', 'version.pinned'), ${id('dev', 0)}, ${customer},
        '192.0.2.7', '{}' FROM bench_numbers WHERE n < ${Math.min(rowsAtOnce, audit - from)}`.execute(db)
  }
}
