/**
 * A database that knows of nothing beside folders full of backups: it was dropped, or the settings name another one. A box that went on
 * would look like a new one, and whoever set it up anew would shut out the people who are in its own backups.
 */
import { countCustomers } from '../customers/customers-table.ts'
import type { Queryable } from '../database/database.ts'
import { countRepositories } from '../repositories/repositories-table.ts'
import { RebuildError } from './rebuild.ts'
import { repositoryFolders } from './repository-folders.ts'

/** The one command that may run over an empty database. */
export const rebuildCommandName = 'rebuild'

/** Throws RebuildError `empty-database`. */
export async function demandRows(box: {
  readonly database: { readonly kysely: Queryable }
  readonly dataFolder: string
}): Promise<void> {
  const { kysely } = box.database
  if ((await countRepositories(kysely)) + (await countCustomers(kysely)) > 0) return
  const folders = await repositoryFolders(box.dataFolder)
  if (folders.length === 0) return
  const what = folders.length === 1 ? 'the backups of one customer' : `the backups of ${folders.length} customers`
  throw new RebuildError('empty-database', `The database is empty, and the data folder holds ${what}.`)
}
