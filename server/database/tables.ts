/**
 * Every table of the database, by name. A noun's table file adds its own rows to this interface:
 * `declare module '../database/tables.ts' { interface Tables { users: UserRow } }`.
 */
export interface Tables {
  readonly schema_migrations: SchemaMigrationRow
}

export interface SchemaMigrationRow {
  readonly name: string
  readonly checksum: string
  readonly applied_at: number
}
