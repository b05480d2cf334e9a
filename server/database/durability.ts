import { sql } from 'kysely'
import type { Queryable } from './database.ts'
import { DatabaseError } from './database-error.ts'

type DurabilitySettings = { readonly flush: number; readonly doublewrite: number | string; readonly version: string }

/**
 * A backup that was acknowledged must survive a power cut, whoever runs the database. Throws when the server is set otherwise,
 * or is older than what the statements of Holdfast are written for.
 */
export async function checkDurability(kysely: Queryable): Promise<{ readonly version: string }> {
  const { rows } = await sql<DurabilitySettings>`
    SELECT @@GLOBAL.innodb_flush_log_at_trx_commit AS flush, @@GLOBAL.innodb_doublewrite AS doublewrite, VERSION() AS version
  `.execute(kysely)
  const settings = rows[0]
  if (settings === undefined)
    throw new DatabaseError('unreachable', 'the database did not tell its settings', { hint: 'Try again.' })
  if (!isSupportedVersion(settings.version)) {
    throw new DatabaseError('wrong-version', `the database is version ${settings.version}`, {
      hint: 'Holdfast works with MariaDB 10.11 or later and MySQL 8 or later.',
    })
  }
  if (settings.flush !== 1) throw notDurable('innodb_flush_log_at_trx_commit', settings.flush, '1')
  if (!isOn(settings.doublewrite)) throw notDurable('innodb_doublewrite', settings.doublewrite, 'ON')
  return { version: settings.version }
}

export function isSupportedVersion(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (!/mariadb/i.test(version)) return major >= 8
  return major > 10 || (major === 10 && minor >= 11)
}

/** MariaDB says 1, MySQL says ON or DETECT_AND_RECOVER; DETECT_ONLY would notice a torn page and not mend it. */
function isOn(doublewrite: number | string): boolean {
  return doublewrite === 1 || doublewrite === 'ON' || doublewrite === '1' || doublewrite === 'DETECT_AND_RECOVER'
}

function notDurable(setting: string, value: number | string, allowed: string): DatabaseError {
  return new DatabaseError('not-durable', `the database's ${setting} is ${value}: a power cut would lose finished backups`, {
    hint: `Set ${setting} = ${allowed} in the database server's configuration and start it again.`,
  })
}
