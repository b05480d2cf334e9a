import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Kysely, sql } from 'kysely'
import type { Clock } from '../runtime/clock.ts'
import type { Queryable } from './database.ts'
import { DatabaseError } from './database-error.ts'

/**
 * Applies `migrations/0001-….ts` in order, each once, recorded with a checksum of its text. The caller holds the database's lock.
 * DDL cannot be rolled back, so a migration cut off half-way is run again from its start: each statement must stand a second run
 * (`CREATE TABLE IF NOT EXISTS`, `INSERT … ON DUPLICATE KEY UPDATE`).
 */
export async function migrate(options: {
  readonly kysely: Queryable
  readonly folder: string
  readonly clock: Clock
}): Promise<{ readonly applied: readonly string[] }> {
  const { kysely, clock } = options
  const migrations = await listMigrations(options.folder)
  await createRecord(kysely)
  const recorded = await kysely.selectFrom('schema_migrations').select(['name', 'checksum']).orderBy('name').execute()
  checkRecord(migrations, recorded)
  const applied: string[] = []
  for (const migration of migrations.slice(recorded.length)) {
    await migration.up(kysely as unknown as Kysely<unknown>)
    await kysely
      .insertInto('schema_migrations')
      .values({ name: migration.name, checksum: migration.checksum, applied_at: clock.now() })
      .execute()
    applied.push(migration.name)
  }
  return { applied }
}

export type Migration = {
  readonly name: string
  readonly checksum: string
  readonly up: (kysely: Kysely<unknown>) => Promise<void>
}

const migrationFilePattern = /^(\d{4}-[a-z0-9-]+)\.ts$/

export async function listMigrations(folder: string): Promise<readonly Migration[]> {
  const files = (await readdir(folder)).filter((file) => migrationFilePattern.test(file)).sort()
  if (files.length === 0) throw wrong(`no migrations in ${folder}`)
  const migrations: Migration[] = []
  for (const [index, file] of files.entries()) {
    const before = files[index - 1]
    if (before !== undefined && numberOf(before) === numberOf(file)) throw wrong(`${before} and ${file} have one number`)
    migrations.push(await readMigration(folder, file))
  }
  return migrations
}

/** Numbers order the files; one may be left out, none given twice. A file that goes missing later is seen by the record. */
function numberOf(file: string): string {
  return file.slice(0, file.indexOf('-'))
}

async function readMigration(folder: string, file: string): Promise<Migration> {
  const path = join(folder, file)
  const loaded: unknown = await import(pathToFileURL(path).href)
  if (!isMigrationModule(loaded)) throw wrong(`${file} does not export a function "up"`)
  // A checkout with CRLF line ends is the same migration.
  const text = (await readFile(path, 'utf8')).replaceAll('\r\n', '\n')
  return { name: file.slice(0, -'.ts'.length), checksum: createHash('sha256').update(text).digest('hex'), up: loaded.up }
}

function isMigrationModule(loaded: unknown): loaded is Pick<Migration, 'up'> {
  return typeof loaded === 'object' && loaded !== null && 'up' in loaded && typeof loaded.up === 'function'
}

async function createRecord(kysely: Queryable): Promise<void> {
  await sql`CREATE TABLE IF NOT EXISTS schema_migrations (
    name VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    checksum CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    applied_at BIGINT NOT NULL
  ) ENGINE=InnoDB`.execute(kysely)
}

type Recorded = { readonly name: string; readonly checksum: string }

function checkRecord(migrations: readonly Migration[], recorded: readonly Recorded[]): void {
  for (const [index, { name, checksum }] of recorded.entries()) {
    const migration = migrations[index]
    if (migration === undefined) {
      throw new DatabaseError('newer-than-program', `the database was made by a newer Holdfast (it has ${name})`, {
        hint: 'Start the newer version, or bring back the database and data folder saved before the update.',
      })
    }
    if (migration.name !== name || migration.checksum !== checksum) {
      throw new DatabaseError(
        'migration-edited',
        `migration ${name} was applied, and is ${migration.name} with another text now`,
        {
          hint: 'Bring back the released files of migrations/; a change to the tables is a new migration.',
        },
      )
    }
  }
}

function wrong(message: string): DatabaseError {
  return new DatabaseError('migrations-wrong', message, {
    hint: 'Files in migrations/ are 0001-name.ts, 0002-name.ts, …, each number once.',
  })
}
