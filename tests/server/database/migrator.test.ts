import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Kysely, sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DatabaseFault } from '../../../server/database/database-error.ts'
import { listMigrations, migrate } from '../../../server/database/migrator.ts'
import { movableClock } from '../../../server/runtime/clock.ts'
import { emptyTestDatabase, migrationsFolder, type TestDatabase } from '../../support/test-database.ts'

const nowMs = Date.UTC(2026, 2, 14)

describe('migrations of Holdfast', () => {
  test('are applied once, in order, and noted with their time', async () => {
    await using database = await emptyTestDatabase()
    const all = (await listMigrations(migrationsFolder)).map(({ name }) => name)
    expect(await run(database, migrationsFolder)).toEqual({ applied: all })
    expect(await run(database, migrationsFolder)).toEqual({ applied: [] })
    const rows = await database.kysely.selectFrom('schema_migrations').selectAll().orderBy('name').execute()
    expect(rows.map(({ name, applied_at }) => ({ name, applied_at }))).toEqual(all.map((name) => ({ name, applied_at: nowMs })))
  })

  test('stand a second run, as after a start that was cut off before the note', async () => {
    await using database = await emptyTestDatabase()
    await run(database, migrationsFolder)
    const before = await schemaOf(database)
    for (const migration of await listMigrations(migrationsFolder)) {
      await migration.up(database.kysely as unknown as Kysely<unknown>)
    }
    expect(await schemaOf(database)).toEqual(before)
  })

  test('make tables of the one kind that both servers keep alike', async () => {
    await using database = await emptyTestDatabase()
    await run(database, migrationsFolder)
    const { rows } = await sql<{ name: string; engine: string; collation: string }>`
      SELECT table_name AS name, engine AS engine, table_collation AS collation FROM information_schema.tables
      WHERE table_schema = DATABASE()
    `.execute(database.kysely)
    expect(rows.length).toBeGreaterThan(5)
    for (const { name, engine, collation } of rows)
      expect({ name, engine, collation }).toEqual({ name, engine: 'InnoDB', collation: 'utf8mb4_bin' })
  })
})

describe('the migrator', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'runtime migrations-'))
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  const write = (file: string, text: string) => writeFileSync(join(folder, file), text)
  const creating = (table: string) => `
    const statement = { sql: 'CREATE TABLE IF NOT EXISTS ${table} (id INT PRIMARY KEY)', parameters: [], query: { kind: 'RawNode' } }
    export async function up(db) { await db.executeQuery(statement) }
  `

  test('applies only what is new', async () => {
    await using database = await emptyTestDatabase()
    write('0001-one.ts', creating('one'))
    expect(await run(database, folder)).toEqual({ applied: ['0001-one'] })
    write('0002-two.ts', creating('two'))
    expect(await run(database, folder)).toEqual({ applied: ['0002-two'] })
    expect(Object.keys(await schemaOf(database))).toEqual(expect.arrayContaining(['one', 'two']))
  })

  test('runs one again that failed half-way, and does not go on to the next', async () => {
    await using database = await emptyTestDatabase()
    write(
      '0001-one.ts',
      `${creating('one')}\nconst made = up; export { failing as up }; async function failing(db) { await made(db); throw new Error('power cut') }`.replace(
        'export async function up',
        'async function up',
      ),
    )
    write('0002-two.ts', creating('two'))
    await expect(run(database, folder)).rejects.toThrow('power cut')
    expect(Object.keys(await schemaOf(database))).not.toContain('two')
    const mended = `${folder}-mended`
    cpSync(folder, mended, { recursive: true })
    writeFileSync(join(mended, '0001-one.ts'), creating('one'))
    try {
      expect(await run(database, mended)).toEqual({ applied: ['0001-one', '0002-two'] })
    } finally {
      rmSync(mended, { recursive: true })
    }
  })

  test('takes a checkout with other line ends for the same', async () => {
    await using database = await emptyTestDatabase()
    write('0001-one.ts', creating('one'))
    await run(database, folder)
    write('0001-one.ts', creating('one').replaceAll('\n', '\r\n'))
    expect(await run(database, folder)).toEqual({ applied: [] })
  })

  test.each<{ title: string; change: () => void; fault: DatabaseFault; message: string }>([
    {
      title: 'an applied file was edited',
      change: () => write('0001-one.ts', creating('other')),
      fault: 'migration-edited',
      message: '0001-one',
    },
    {
      title: 'an applied file was renamed',
      change: () => rename('0001-one.ts', '0001-uno.ts'),
      fault: 'migration-edited',
      message: '0001-uno',
    },
    {
      title: 'the database is newer',
      change: () => rmSync(join(folder, '0002-two.ts')),
      fault: 'newer-than-program',
      message: '0002-two',
    },
    {
      title: 'an applied file has another number',
      change: () => rename('0002-two.ts', '0003-two.ts'),
      fault: 'migration-edited',
      message: '0002',
    },
    {
      title: 'a number is there twice',
      change: () => write('0002-again.ts', creating('again')),
      fault: 'migrations-wrong',
      message: '0002-again.ts and 0002-two.ts',
    },
    {
      title: 'a file has no up',
      change: () => write('0003-three.ts', 'export const down = 1'),
      fault: 'migrations-wrong',
      message: '"up"',
    },
    { title: 'there are none', change: () => clear(), fault: 'migrations-wrong', message: 'no migrations' },
  ])('refuses when $title', async ({ change, fault, message }) => {
    await using database = await emptyTestDatabase()
    write('0001-one.ts', creating('one'))
    write('0002-two.ts', creating('two'))
    await run(database, folder)
    change()
    await expect(run(database, folder)).rejects.toMatchObject({ fault, message: expect.stringContaining(message) })
  })

  const rename = (from: string, to: string) => {
    cpSync(join(folder, from), join(folder, to))
    rmSync(join(folder, from))
  }
  const clear = () => {
    for (const file of ['0001-one.ts', '0002-two.ts']) rmSync(join(folder, file))
  }
})

function run(database: TestDatabase, folder: string) {
  return migrate({ kysely: database.kysely, folder, clock: movableClock(nowMs) })
}

/** Each table's definition as the server tells it, without the counter that moves by use. */
async function schemaOf({ kysely }: TestDatabase): Promise<Readonly<Record<string, string>>> {
  const { rows } = await sql<{
    name: string
  }>`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE()`.execute(kysely)
  const schema: Record<string, string> = {}
  for (const { name } of rows) {
    const { rows: definition } = await sql<{ 'Create Table': string }>`SHOW CREATE TABLE ${sql.table(name)}`.execute(kysely)
    schema[name] = definition[0]?.['Create Table'].replace(/ AUTO_INCREMENT=\d+/, '') ?? ''
  }
  return schema
}
