/** Browsing by day: how much changed on which, and what there was at the end of one. */
import type { Database } from '../database/database.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { findSnapshotsByIds } from '../snapshots/snapshots-table.ts'
import * as table from './day-versions-table.ts'
import type { SearchScope } from './search.ts'

export interface DayVersions {
  /** Changed files by the day's place in the list; a day without versions is not in it. */
  readonly listChanged: (scope: SearchScope, dayStartsMs: readonly number[]) => Promise<ReadonlyMap<number, number>>
  /** Of each backup plan the newest version before a moment. */
  readonly listNewest: (scope: SearchScope, beforeMs: number) => Promise<readonly Snapshot[]>
}

/** More than anybody reads on a page; a customer with more computers chooses one. */
const maxVersionsListed = 200

export function createDayVersions({ database }: { readonly database: Database }): DayVersions {
  const { kysely } = database
  return {
    listChanged: (scope, dayStartsMs) => table.listChangedByDay(kysely, { scope, dayStartsMs }),
    listNewest: async (scope, beforeMs) => {
      const ids = await table.listNewestBefore(kysely, { scope, beforeMs, limit: maxVersionsListed })
      const versions = new Map((await findSnapshotsByIds(kysely, ids)).map((version) => [version.id, version]))
      return ids.flatMap((id) => versions.get(id) ?? [])
    },
  }
}
