/** Browsing by day: how much changed on which, and what there was at the end of one. */
import type { Database } from '../database/database.ts'
import type { JobId } from '../jobs/job.ts'
import type { Id } from '../runtime/ids.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import { findSnapshotsByIds } from '../snapshots/snapshots-table.ts'
import * as table from './day-versions-table.ts'
import type { SearchScope } from './search.ts'
import { namedJobs } from './search-service.ts'
import { listJobsOfScope } from './search-table.ts'

export interface DayVersions {
  /** Changed files by the day's place in the list; a day without versions is not in it. */
  readonly listChanged: (scope: SearchScope, dayStartsMs: readonly number[]) => Promise<ReadonlyMap<number, number>>
  /** Of each backup plan the newest version before a moment. */
  readonly listNewest: (
    scope: SearchScope,
    beforeMs: number,
  ) => Promise<{
    readonly versions: readonly Snapshot[]
    /** There are more than are listed. */
    readonly isCut: boolean
  }>
  /** The newest first. */
  readonly listOfJob: (jobId: JobId, limit: number) => Promise<readonly Snapshot[]>
}

/** More than anybody reads on a page; a customer with more computers chooses one. */
const maxVersionsListed = 200

export function createDayVersions({ database }: { readonly database: Database }): DayVersions {
  const { kysely } = database
  const inOrder = async (ids: readonly Id<'snap'>[]) => {
    const versions = new Map((await findSnapshotsByIds(kysely, ids)).map((version) => [version.id, version]))
    return ids.flatMap((id) => versions.get(id) ?? [])
  }
  const resolve = async ({ job, ...scope }: SearchScope): Promise<table.ScopeOfJobs> => ({
    ...scope,
    jobIds: job === undefined ? undefined : namedJobs(await listJobsOfScope(kysely, scope), job).map(({ jobId }) => jobId),
  })
  return {
    listChanged: async (scope, dayStartsMs) => table.listChangedByDay(kysely, { scope: await resolve(scope), dayStartsMs }),
    listNewest: async (scope, beforeMs) => {
      const ids = await table.listNewestBefore(kysely, { scope: await resolve(scope), beforeMs, limit: maxVersionsListed + 1 })
      return { versions: await inOrder(ids.slice(0, maxVersionsListed)), isCut: ids.length > maxVersionsListed }
    },
    listOfJob: async (jobId, limit) => inOrder(await table.listNewestOfJob(kysely, { jobId, limit })),
  }
}
