/** Prepares what a version adds to the catalogue, ahead of its commit (catalogue.ts says how rows become visible). */
import type { Database, Transaction } from '../database/database.ts'
import type { JobCatalogue, JobId } from '../jobs/job.ts'
import { findJobById, findOrCreateJob, giveCatalogueVersion, setCatalogueVersion } from '../jobs/jobs-table.ts'
import type { LocateRecords } from '../plaintexts/plaintexts-service.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import type { CatalogueStaging, StagedCatalogue, StageRequest } from './catalogue.ts'
import { CatalogueError } from './catalogue-error.ts'
import { hasGap } from './catalogue-gaps-table.ts'
import * as table from './catalogue-table.ts'
import { createJobTurns } from './job-turns.ts'
import { type DiffResult, diffTrees } from './tree-diff.ts'

export interface StagingOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly log: Log
  readonly pool: WorkerPool
  readonly locate: LocateRecords
  readonly openSecrets: OpenSecrets
}

export function createStaging(options: StagingOptions): CatalogueStaging {
  const { database, dataFolder, clock, log, pool, locate, openSecrets } = options
  const { kysely } = database
  const turns = createJobTurns()
  const endTurn = new WeakMap<StagedCatalogue, () => void>()

  /** A number of its own, on record before the first row that carries it. */
  const openStage = (jobId: JobId) =>
    database.transaction(async (transaction) => {
      const version = await giveCatalogueVersion(transaction, jobId)
      await table.insertStage(transaction, { jobId, version })
      return version
    })

  const removeStage = async (stage: table.Stage): Promise<void> => {
    const isOpen = await database.transaction((transaction) => table.isStageOpen(transaction, stage))
    if (!isOpen) return
    await table.deleteRowsOfStage(kysely, stage)
    await table.deleteStage(kysely, stage)
  }

  const writeRows = async (request: StageRequest, stage: table.Stage, base: JobCatalogue): Promise<number> => {
    const { repository, root, signal } = request
    const diff = {
      ...stage,
      secrets: await openSecrets(repository),
      files: repositoryPlace(dataFolder, repository.uid),
      pool,
      locate: (ids: Parameters<LocateRecords>[1]) => locate(repository.repositoryId, ids),
      // In a transaction: it is repeated when the database chose it as the victim of a deadlock.
      insert: (rows: string) => database.transaction((transaction) => table.insertRows(transaction, rows)),
      signal,
    }
    if (base.root?.equals(root)) return 0
    const compared = await diffTrees(diff, { old: base.root, new: root })
    if (compared.kind === 'done') return compared.rows
    // The version before has a hole: this one is written down whole, and whatever it does not name ends.
    log.warn(
      { jobId: stage.jobId, version: stage.version },
      'the version before cannot be read; the catalogue of this one is made anew',
    )
    await table.deleteRowsOfStage(kysely, stage)
    const whole: DiffResult = await diffTrees(diff, { old: undefined, new: root })
    await table.insertGoneRows(kysely, stage)
    return whole.kind === 'done' ? whole.rows : 0
  }

  const stageInTurn = async (request: StageRequest, jobId: JobId): Promise<StagedCatalogue> => {
    for (const left of await table.listStages(kysely, jobId)) await removeStage(left)
    const job = await findJobById(kysely, jobId)
    if (job === undefined) throw new Error(`job ${jobId} went away`)
    const stage = { jobId, version: await openStage(jobId) }
    try {
      const rows = await writeRows(request, stage, job.catalogue)
      return { ...stage, base: job.catalogue.version, root: request.root, rows }
    } catch (error) {
      await removeStage(stage)
      throw error
    }
  }

  const release = (staged: StagedCatalogue) => endTurn.get(staged)?.()

  /** Not even in turn: a commit does not wait until years of versions are catalogued. */
  const stageLater = async ({ isFilling, root }: StageRequest, jobId: JobId): Promise<StagedCatalogue | undefined> =>
    isFilling !== true && (await hasGap(kysely, jobId)) ? { jobId, version: undefined, base: 0, root, rows: 0 } : undefined

  return {
    stage: async (request) => {
      const { jobId } = await findOrCreateJob(kysely, request.deviceId, request.job, clock.now())
      const later = await stageLater(request, jobId)
      if (later !== undefined) return later
      const end = await turns.take(jobId, request.signal)
      try {
        const staged = await stageInTurn(request, jobId)
        endTurn.set(staged, end)
        return staged
      } catch (error) {
        end()
        throw error
      }
    },
    makeVisible: async (transaction: Transaction, staged) => {
      const { jobId, base, version, root } = staged
      if (version === undefined) return
      const isNewest = await setCatalogueVersion(transaction, { jobId, base, version, root })
      const wasOpen = await table.deleteStage(transaction, { jobId, version })
      if (!isNewest || !wasOpen) throw new CatalogueError('stale', 'Another version of this job was committed meanwhile.')
    },
    release,
    discard: async (staged) => {
      const { jobId, version } = staged
      try {
        if (version !== undefined) await removeStage({ jobId, version })
      } finally {
        release(staged)
      }
    },
    alone: async (jobId, work) => {
      const end = await turns.take(jobId, undefined)
      try {
        return await work()
      } finally {
        end()
      }
    },
    discardLeftovers: async () => {
      for (const left of await table.listStages(kysely)) await removeStage(left)
    },
  }
}
