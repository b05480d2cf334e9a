import type { Database } from '../database/database.ts'
import type { Id } from '../runtime/ids.ts'
import type { RunRecord, RunsAsked } from './activity.ts'
import * as table from './activity-table.ts'

export interface ActivityService {
  readonly list: (asked: RunsAsked) => Promise<readonly RunRecord[]>
  readonly find: (runId: Id<'run'>) => Promise<RunRecord | undefined>
}

export function createActivityService({ database }: { readonly database: Database }): ActivityService {
  return {
    list: (asked) => table.listRuns(database.kysely, asked),
    find: (runId) => table.findRun(database.kysely, runId),
  }
}
