/** What a copy lacks, counted by the database. */
import type { Queryable } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import { sumCopied, sumPending } from './copied-packs-table.ts'
import type { CopyLag } from './copy.ts'

export async function sumLag(db: Queryable, copyId: Id<'cpy'>): Promise<CopyLag> {
  const pending = await sumPending(db, copyId)
  const copied = await sumCopied(db, copyId)
  const asOf = await oldestCutOff(db, copyId)
  return {
    asOf,
    packs: pending.packs,
    bytes: pending.bytes,
    versions: await countVersionsSince(db, copyId),
    copiedPacks: copied.packs,
    copiedBytes: copied.bytes,
  }
}

/** Undefined while a repository that holds anything has none. */
async function oldestCutOff(db: Queryable, copyId: Id<'cpy'>): Promise<number | undefined> {
  const rows = await db
    .selectFrom('repositories')
    .leftJoin('copied_repositories', (join) =>
      join.on('copied_repositories.copy_id', '=', copyId).onRef('copied_repositories.repository_uid', '=', 'repositories.uid'),
    )
    .select('copied_repositories.cut_off_at')
    .where(({ exists, selectFrom }) =>
      exists(selectFrom('packs').select('packs.id').whereRef('packs.repository_id', '=', 'repositories.id')),
    )
    .orderBy('copied_repositories.cut_off_at')
    .limit(1)
    .execute()
  return rows[0]?.cut_off_at ?? undefined
}

async function countVersionsSince(db: Queryable, copyId: Id<'cpy'>): Promise<number> {
  const row = await db
    .selectFrom('snapshots')
    .innerJoin('repositories', 'repositories.id', 'snapshots.repository_id')
    .leftJoin('copied_repositories', (join) =>
      join.on('copied_repositories.copy_id', '=', copyId).onRef('copied_repositories.repository_uid', '=', 'repositories.uid'),
    )
    .select(({ fn }) => fn.countAll<number>().as('versions'))
    .where(({ eb, or }) =>
      or([
        eb('copied_repositories.cut_off_at', 'is', null),
        eb('snapshots.received_at', '>', eb.ref('copied_repositories.cut_off_at')),
      ]),
    )
    .executeTakeFirstOrThrow()
  return Number(row.versions)
}
