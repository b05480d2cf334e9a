/**
 * Makes the database's side of the stored files anew, from the files alone: repositories, key slots, packs and chunks without keys,
 * versions, computers, jobs and runs. It never deletes a file, and it may be cut off and run again at any moment. People's side is not
 * in the repositories: it comes out of the newest self-backup where the database lost it too. The catalogue is filled afterwards.
 */
import { parseRepositoryUid } from '../../engine/index.ts'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import { type ActingAs, actingOnTheBox } from '../audit/audit.ts'
import { insertAudit } from '../audit/audit-table.ts'
import { countGaps } from '../catalogue/catalogue-gaps-table.ts'
import { countCustomers } from '../customers/customers-table.ts'
import type { Database, Queryable } from '../database/database.ts'
import type { IdFilters } from '../packs/id-filters.ts'
import type { PlansService } from '../plans/plans-service.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { RetentionService } from '../retention/retention-service.ts'
import type { RunsService } from '../runs/runs-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { restoreNewestSelfBackup } from '../self-backups/restore-newest.ts'
import { SelfBackupError } from '../self-backups/self-backup-error.ts'
import { raiseNumbers } from '../settings/counters-table.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { type CollectorHold, findCollectorHold, holdCollector, releaseCollector } from './collector-hold.ts'
import {
  type PeopleRestored,
  RebuildError,
  type RebuildProgress,
  type RebuildReport,
  type RepositoryRebuilt,
  type RepositoryRefused,
} from './rebuild.ts'
import { rebuildNeeded, rebuildUnconfirmed } from './rebuild-alarms.ts'
import { rebuildRepository } from './rebuild-repository.ts'
import { repositoryFolders } from './repository-folders.ts'
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
  readonly volumes: Pick<StorageVolumesService, 'isRight'>
  readonly retention: Pick<RetentionService, 'reconcile'>
  readonly alarms: Pick<AlarmsService, 'raise' | 'settle'>
  readonly reached: ReachedPoint
}

export interface RebuildService {
  /** Throws RebuildError `running`. */
  readonly rebuild: (options: {
    readonly onProgress?: (progress: RebuildProgress) => void
    readonly signal: AbortSignal
  }) => Promise<RebuildReport>
  readonly findHold: () => Promise<CollectorHold | undefined>
  /** A person has looked around: retention and prune go on. False when nothing waited for that. */
  readonly confirm: (actingAs: ActingAs) => Promise<boolean>
}

export function createRebuild(options: RebuildOptions): RebuildService {
  const { database, dataFolder, clock, log } = options
  let isRunning = false

  const rebuildFolder = async (
    name: string,
    folders: number,
    running: { readonly onProgress: (progress: RebuildProgress) => void; readonly signal: AbortSignal },
  ): Promise<RepositoryRebuilt | RepositoryRefused> => {
    const uid = parseRepositoryUid(name)
    if (!options.volumes.isRight(uid)) return { folder: name, why: 'the disk that it lies on is not there' }
    const place = repositoryPlace(dataFolder, uid)
    const taken = await takeIn(options, place, folders === 1)
    if (taken.kind === 'refused') return { folder: name, why: taken.why }
    const { repository, isNewCustomer } = taken
    return rebuildRepository(options, { repository, place, isNewCustomer, ...running })
  }

  /** An unusable self-backup is no reason to leave people without their files. One of a newer program is: it can be used by that. */
  const restorePeople = async (): Promise<PeopleRestored> => {
    try {
      const restored = await restoreNewestSelfBackup(options)
      if (restored.kind === 'people-present') return { kind: 'kept' }
      if (restored.kind === 'none') return (await countCustomers(database.kysely)) > 0 ? { kind: 'kept' } : restored
      return { kind: 'restored', selfBackup: restored.number, madeAtMs: restored.madeAtMs }
    } catch (error) {
      if (!(error instanceof SelfBackupError) || error.fault === 'newer-program') throw error
      log.error({ err: error }, 'the backup of the box itself could not be used')
      return { kind: 'failed', why: error.message }
    }
  }

  const rebuildAll: RebuildService['rebuild'] = async ({ onProgress = () => {}, signal }) => {
    const startedAt = clock.now()
    await demandTables(database.kysely)
    const people = await restorePeople()
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
    await options.retention.reconcile()
    await raiseNumbers(database)
    await options.alarms.settle(rebuildNeeded)
    await options.alarms.raise({ ...rebuildUnconfirmed, detail: unconfirmedText(repositories, refused) })
    const detail = { repositories: repositories.length, refused: refused.length }
    await insertAudit(database.kysely, { ...actingOnTheBox, at: clock.now(), action: 'box.rebuilt', detail })
    log.info(detail, 'the index was made anew from the files')
    const versionsToCatalogue = await countGaps(database.kysely)
    return { people, repositories, refused, milliseconds: clock.now() - startedAt, versionsToCatalogue }
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
    findHold: () => findCollectorHold(database.kysely),
    confirm: async (actingAs) => {
      const wasHeld = await database.transaction(async (tx) => {
        if ((await findCollectorHold(tx)) === undefined) return false
        await releaseCollector(tx)
        await insertAudit(tx, { ...actingAs, at: clock.now(), action: 'box.rebuild-confirmed' })
        return true
      })
      await options.alarms.settle(rebuildUnconfirmed)
      return wasHeld
    },
  }
}

function unconfirmedText(repositories: readonly RepositoryRebuilt[], refused: readonly RepositoryRefused[]): string {
  const versions = repositories.reduce((sum, repository) => sum + repository.versions, 0)
  const findings = repositories.reduce((sum, repository) => sum + repository.findingsCount, 0) + refused.length
  return `${versions} versions were found; ${findings} things were not as they should be.`
}

const goneCodes = ['ER_NO_SUCH_TABLE', 'ER_BAD_DB_ERROR', 'ER_NO_DB_ERROR']

/** Somebody dropped the database under a running box: its connections know no database any more, new tables would not help them. */
async function demandTables(db: Queryable): Promise<void> {
  try {
    await countCustomers(db)
  } catch (error) {
    if (!hasCode(error, goneCodes)) throw error
    throw new RebuildError('tables-gone', 'The tables of the running box are gone.', { cause: error })
  }
}
