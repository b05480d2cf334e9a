import mysql, { type RowDataPacket } from 'mysql2/promise'
import { connectionOptions, openDatabase } from '../../server/database/database.ts'
import type { DatabaseAddress } from '../../server/database/database-address.ts'
import { migrate } from '../../server/database/migrator.ts'
import { systemClock } from '../../server/runtime/clock.ts'
import { systemRandomness } from '../../server/runtime/randomness.ts'

const templateName = 'holdfast_template'

/**
 * Migrates one database and gives the statements that make another like it: a quarter of the time of migrating each test's own.
 * @param server of this test run; its `database` is not used
 */
export async function makeDatabaseTemplate(server: DatabaseAddress, migrationsFolder: string): Promise<string> {
  const onServer = await mysql.createConnection({ ...connectionOptions(server) })
  // A file for each table of each test is a third of the time of making and dropping them.
  await onServer.query('SET GLOBAL innodb_file_per_table = OFF')
  await onServer.query(`CREATE DATABASE ${templateName} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  await onServer.end()
  const template = { ...server, database: templateName }
  const { kysely, close } = openDatabase({ address: template, randomness: systemRandomness })
  await migrate({ kysely, folder: migrationsFolder, clock: systemClock })
  await close()
  const connection = await mysql.createConnection({ ...connectionOptions(template) })
  try {
    return await copyStatements(connection)
  } finally {
    await connection.end()
  }
}

async function copyStatements(connection: mysql.Connection): Promise<string> {
  const statements = ['SET foreign_key_checks = 0, unique_checks = 0']
  const [tables] = await connection.query<RowDataPacket[]>('SHOW TABLES')
  for (const name of tables.map((row) => String(Object.values(row)[0]))) {
    const [created] = await connection.query<RowDataPacket[]>(`SHOW CREATE TABLE \`${name}\``)
    const [rows] = await connection.query<RowDataPacket[]>(`SELECT 1 FROM \`${name}\` LIMIT 1`)
    statements.push(created[0]!['Create Table'])
    if (rows.length > 0) statements.push(`INSERT INTO \`${name}\` SELECT * FROM ${templateName}.\`${name}\``)
  }
  return statements.join(';\n')
}
