import { type Generated, sql } from 'kysely'
import { parseRepositoryUid, type RepositoryUid } from '../../engine/index.ts'
import type { Queryable, Transaction } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { Repository, RepositoryId } from './repository.ts'

export interface RepositoryRow {
  readonly id: Generated<RepositoryId>
  readonly uid: Buffer
  readonly customer_id: Id<'cus'>
  readonly closure_epoch: Generated<number>
  readonly generation: Generated<number>
  readonly session_sequence: Generated<number>
  readonly created_at: number
}

declare module '../database/tables.ts' {
  interface Tables {
    readonly repositories: RepositoryRow
  }
}

/** Undefined when the customer has one already: somebody else was quicker. */
export async function insertRepository(
  transaction: Transaction,
  repository: Pick<Repository, 'uid' | 'customerId' | 'createdAt'>,
): Promise<RepositoryId | undefined> {
  const row = { uid: repository.uid, customer_id: repository.customerId, created_at: repository.createdAt }
  const result = await transaction.insertInto('repositories').ignore().values(row).executeTakeFirstOrThrow()
  return result.numInsertedOrUpdatedRows === 1n ? Number(result.insertId) : undefined
}

export async function findRepository(db: Queryable, repositoryId: RepositoryId): Promise<Repository | undefined> {
  return toRepository(await selectRepositories(db).where('id', '=', repositoryId).executeTakeFirst())
}

export async function findRepositoryOfCustomer(db: Queryable, customerId: Id<'cus'>): Promise<Repository | undefined> {
  return toRepository(await selectRepositories(db).where('customer_id', '=', customerId).executeTakeFirst())
}

export async function listRepositoriesOfCustomers(
  db: Queryable,
  customerIds: readonly Id<'cus'>[],
): Promise<readonly Repository[]> {
  if (customerIds.length === 0) return []
  const rows = await selectRepositories(db).where('customer_id', 'in', customerIds).execute()
  return rows.flatMap((row) => toRepository(row) ?? [])
}

export async function findRepositoryByUid(db: Queryable, uid: RepositoryUid): Promise<Repository | undefined> {
  return toRepository(await selectRepositories(db).where('uid', '=', uid).executeTakeFirst())
}

export async function countRepositories(db: Queryable): Promise<number> {
  const query = db.selectFrom('repositories').select(({ fn }) => fn.countAll<number>().as('count'))
  return (await query.executeTakeFirstOrThrow()).count
}

/** Without those of customers whose end has begun: they have no keys, and files that only go. */
export async function listRepositories(
  db: Queryable,
  page: { readonly after: RepositoryId; readonly limit: number },
): Promise<readonly Repository[]> {
  const rows = await selectRepositories(db)
    .where('id', '>', page.after)
    .where(({ not, exists, selectFrom }) =>
      not(
        exists(
          selectFrom('customer_ends')
            .select('customer_ends.customer_id')
            .whereRef('customer_ends.customer_id', '=', 'repositories.customer_id'),
        ),
      ),
    )
    .orderBy('id')
    .limit(page.limit)
    .execute()
  return rows.flatMap((row) => toRepository(row) ?? [])
}

/** The others: what second copies hold of them goes. */
export async function listEndingRepositories(db: Queryable): Promise<readonly Repository[]> {
  const rows = await selectRepositories(db)
    .where('repositories.customer_id', 'in', (inner) => inner.selectFrom('customer_ends').select('customer_ends.customer_id'))
    .orderBy('id')
    .execute()
  return rows.flatMap((row) => toRepository(row) ?? [])
}

const repositoriesPerPage = 500

/** One for each customer: few enough to be held together. */
export async function listAllRepositories(db: Queryable): Promise<readonly Repository[]> {
  const found: Repository[] = []
  for (;;) {
    const page = await listRepositories(db, { after: found.at(-1)?.repositoryId ?? 0, limit: repositoriesPerPage })
    found.push(...page)
    if (page.length < repositoriesPerPage) return found
  }
}

/** The repository's lock: whoever holds it decides alone about heads, claims, marks and commits until the transaction ends. */
export async function lockRepository(transaction: Transaction, repositoryId: RepositoryId): Promise<Repository> {
  const row = await selectRepositories(transaction).where('id', '=', repositoryId).forUpdate().executeTakeFirstOrThrow()
  return toRepository(row)!
}

/** In the transaction that marks anything bad, damaged or missing. */
export async function raiseClosureEpoch(transaction: Transaction, repositoryId: RepositoryId): Promise<void> {
  await transaction
    .updateTable('repositories')
    .set({ closure_epoch: sql`closure_epoch + 1` })
    .where('id', '=', repositoryId)
    .execute()
}

/** In the transaction that writes down what will be done to files. Returns the new number, for the file; see generation.ts. */
export async function raiseGeneration(transaction: Transaction, repositoryId: RepositoryId): Promise<number> {
  await transaction.updateTable('repositories').set({ generation: sql`generation + 1` }).where('id', '=', repositoryId).execute()
  const query = transaction.selectFrom('repositories').select('generation').where('id', '=', repositoryId)
  return (await query.executeTakeFirstOrThrow()).generation
}

/** The rows say again what the files say: with this COMMIT they are believed. What was concluded before must be asked again. */
export async function endRebuild(
  transaction: Transaction,
  end: { readonly repositoryId: RepositoryId; readonly generation: number; readonly atLeastEpoch: number },
): Promise<void> {
  await transaction
    .updateTable('repositories')
    .set({ generation: end.generation, closure_epoch: sql`GREATEST(closure_epoch + 1, ${end.atLeastEpoch})` })
    .where('id', '=', end.repositoryId)
    .execute()
}

/** The next number of the sessions' sequence. Holds the repository's row until the transaction ends. */
export async function nextSessionSequence(transaction: Transaction, repositoryId: RepositoryId): Promise<number> {
  await transaction
    .updateTable('repositories')
    .set({ session_sequence: sql`session_sequence + 1` })
    .where('id', '=', repositoryId)
    .execute()
  const query = transaction.selectFrom('repositories').select('session_sequence').where('id', '=', repositoryId)
  return (await query.executeTakeFirstOrThrow()).session_sequence
}

const columns = ['id', 'uid', 'customer_id', 'closure_epoch', 'generation', 'created_at'] as const

function selectRepositories(db: Queryable) {
  return db.selectFrom('repositories').select(columns)
}

interface SelectedRow {
  readonly id: number
  readonly uid: Buffer
  readonly customer_id: Id<'cus'>
  readonly closure_epoch: number
  readonly generation: number
  readonly created_at: number
}

function toRepository(row: SelectedRow | undefined): Repository | undefined {
  if (row === undefined) return undefined
  return {
    repositoryId: row.id,
    uid: parseRepositoryUid(row.uid),
    customerId: row.customer_id,
    closureEpoch: row.closure_epoch,
    generation: row.generation,
    createdAt: row.created_at,
  }
}
