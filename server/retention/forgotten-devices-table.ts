/** The end of a computer that was forgotten: once nothing of it is stored, its rows go. */
import { sql } from 'kysely'
import type { Database, Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'

const devicesAtOnce = 100
const runsAtOnce = 5000

export async function listForgotten(db: Queryable): Promise<readonly Id<'dev'>[]> {
  const rows = await db
    .selectFrom('devices')
    .select('id')
    .where('state', '=', 'forgotten')
    .orderBy('id')
    .limit(devicesAtOnce)
    .execute()
  return rows.map(({ id }) => id)
}

/** A version of it was taken back: it is there again, without access. */
export async function endForgetting(tx: Transaction, deviceId: Id<'dev'>): Promise<void> {
  await tx.updateTable('devices').set({ state: 'revoked' }).where('id', '=', deviceId).where('state', '=', 'forgotten').execute()
}

/** No version in or out of the bin, and nothing of it in the search index. */
async function hasLeft(db: Queryable, deviceId: Id<'dev'>): Promise<boolean> {
  const left = await sql<{ readonly one: number }>`
    SELECT 1 AS one FROM snapshots WHERE device_id = ${deviceId}
    UNION ALL SELECT 1 FROM catalogue JOIN jobs ON jobs.id = catalogue.job_id WHERE jobs.device_id = ${deviceId}
    UNION ALL SELECT 1 FROM catalogue_sweeps JOIN jobs ON jobs.id = catalogue_sweeps.job_id WHERE jobs.device_id = ${deviceId}
    LIMIT 1`.execute(db)
  return left.rows.length === 0
}

/** What tells of a device and does not go with its row by itself. */
const tablesOfDevice = [
  'device_rules',
  'device_switches',
  'device_usage',
  'device_faults',
  'device_fingerprints',
  'device_doubts',
  'connect_questions',
  'backup_sessions',
  'jobs',
] as const

/** False: something of it is stored still. `note`: within the transaction in which it goes. */
export async function deleteForgotten(
  database: Database,
  deviceId: Id<'dev'>,
  note: (tx: Transaction) => Promise<void>,
): Promise<boolean> {
  if (!(await hasLeft(database.kysely, deviceId))) return false
  for (;;) {
    const { numAffectedRows = 0n } =
      await sql`DELETE FROM runs WHERE device_id = ${deviceId} LIMIT ${sql.lit(runsAtOnce)}`.execute(database.kysely)
    if (numAffectedRows < BigInt(runsAtOnce)) break
  }
  return database.transaction(async (tx) => {
    const row = await tx.selectFrom('devices').select('state').where('id', '=', deviceId).forUpdate().executeTakeFirst()
    if (row?.state !== 'forgotten' || !(await hasLeft(tx, deviceId))) return false
    for (const table of tablesOfDevice) await tx.deleteFrom(table).where('device_id', '=', deviceId).execute()
    await note(tx)
    await tx.deleteFrom('devices').where('id', '=', deviceId).execute()
    return true
  })
}
