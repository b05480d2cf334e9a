/**
 * Makes the database's side of the stored files anew, from the files alone: repositories, key slots, packs and chunks without keys,
 * versions, computers, jobs and runs. It never deletes a file, and it may be cut off and run again at any moment. People's side is not
 * in the repositories: it comes out of the newest self-backup where the database lost it too. The catalogue is filled afterwards.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseRepositoryUid } from '../../engine/index.ts'
import { actingOnTheBox } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import type { Database } from '../database/database.ts'
import type { IdFilters } from '../packs/id-filters.ts'
import type { PlansService } from '../plans/plans-service.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { RunsService } from '../runs/runs-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { raiseNumbers } from '../settings/counters-table.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { holdCollector } from './collector-hold.ts'
import {
  RebuildError,
  type RebuildProgress,
  type RebuildReport,
  type RepositoryRebuilt,
  type RepositoryRefused,
} from './rebuild.ts'
import { rebuildRepository } from './rebuild-repository.ts'
import { takeIn } from './take-in.ts'

export interface RebuildOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly masterKey: Buffer
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly pool: WorkerPool
  readonly plans: Pick<PlansService, 'findNamed'>
  readonly subscriptions: Pick<SubscriptionsService, 'insert' | 'listOfCustomer'>
  readonly runs: Pick<RunsService, 'fail'>
  readonly filters: Pick<IdFilters, 'forget'>
  readonly reached: ReachedPoint
}

export interface RebuildService {
  /** Throws RebuildError `running`. */
  readonly rebuild: (options: {
    readonly onProgress?: (progress: RebuildProgress) => void
    readonly signal: AbortSignal
  }) => Promise<RebuildReport>
}

export function createRebuild(options: RebuildOptions): RebuildService {
  const { database, dataFolder, clock, log } = options
  let isRunning = false

  const rebuildFolder = async (
    name: string,
    folders: number,
    running: { readonly onProgress: (progress: RebuildProgress) => void; readonly signal: AbortSignal },
  ): Promise<RepositoryRebuilt | RepositoryRefused> => {
    const place = repositoryPlace(dataFolder, parseRepositoryUid(name))
    const taken = await takeIn(options, place, folders === 1)
    if (taken.kind === 'refused') return { folder: name, why: taken.why }
    const { repository, isNewCustomer } = taken
    return rebuildRepository(options, { repository, place, isNewCustomer, ...running })
  }

  const rebuildAll: RebuildService['rebuild'] = async ({ onProgress = () => {}, signal }) => {
    const startedAt = clock.now()
    await holdCollector(database.kysely, startedAt)
    const folders = await repositoryFolders(dataFolder)
    const repositories: RepositoryRebuilt[] = []
    const refused: RepositoryRefused[] = []
    for (const name of folders) {
      signal.throwIfAborted()
      const done = await rebuildFolder(name, folders.length, { onProgress, signal })
      if ('why' in done) refused.push(done)
      else repositories.push(done)
    }
    await raiseNumbers(database)
    const detail = { repositories: repositories.length, refused: refused.length }
    await insertAudit(database.kysely, { ...actingOnTheBox, at: clock.now(), action: 'box.rebuilt', detail })
    log.info(detail, 'the index was made anew from the files')
    return { repositories, refused, milliseconds: clock.now() - startedAt }
  }

  return {
    rebuild: async (running) => {
      if (isRunning) throw new RebuildError('running', 'A rebuild runs already.')
      isRunning = true
      try {
        return await rebuildAll(running)
      } finally {
        isRunning = false
      }
    },
  }
}

/** By their names; what else lies there is the volume's own. */
export async function repositoryFolders(dataFolder: string): Promise<readonly string[]> {
  const names = await readdir(join(dataFolder, 'repositories'))
  return names.filter((name) => /^[0-9a-f]{32}$/.test(name)).toSorted()
}
