/**
 * Ends the accounts whose thirty days are over. Step by step, each written down before the next begins and each safe to be done again, so
 * that a box that is killed goes on where it was. Keys go before anything else: from then on what is left opens for nobody, and only
 * frees space. Nothing of it can be taken back.
 */
import { readdir, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { actingByItself } from '../../audit/audit.ts'
import { insertAudit } from '../../audit/audit-table.ts'
import { listCopies } from '../../copies/copies-table.ts'
import type { Database } from '../../database/database.ts'
import type { ObservedTimeService } from '../../observed-time/observed-time-service.ts'
import { findRepositoryOfCustomer } from '../../repositories/repositories-table.ts'
import type { Repository } from '../../repositories/repository.ts'
import { repositoryPlace } from '../../repositories/repository-place.ts'
import type { ForgetSecrets } from '../../repositories/repository-secrets.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Id } from '../../runtime/ids.ts'
import type { Log } from '../../runtime/log.ts'
import type { SelfBackups } from '../../self-backups/self-backups-service.ts'
import type { ReachedPoint } from '../../storage-volumes/crash-points.ts'
import { hasCode, removeDurably, syncFolder } from '../../storage-volumes/durable-file.ts'
import type { StorageVolumesService } from '../../storage-volumes/storage-volumes-service.ts'
import { formatCustomerNumber } from '../customer.ts'
import { cleanCopy } from './clean-copy.ts'
import { type EndStep, endSteps, stepAfter } from './end-step.ts'
import { endedRows, lastRows } from './ended-rows.ts'
import * as table from './ending-table.ts'

export interface EndingService {
  /** When the next one is due; undefined: nobody leaves. */
  readonly dueAt: () => Promise<number | undefined>
  /** Throws when something could not be done yet; what could be done is done. */
  readonly run: (signal: AbortSignal) => Promise<{ readonly ended: readonly string[]; readonly waiting: readonly string[] }>
}

export interface EndingOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly selfBackups: Pick<SelfBackups, 'replaceAll' | 'list'>
  readonly volumes: Pick<StorageVolumesService, 'write'>
  readonly observedTime: Pick<ObservedTimeService, 'read'>
  readonly forgetSecrets: ForgetSecrets
  readonly log: Log
  readonly reached: ReachedPoint
}

export function createEnding(options: EndingOptions): EndingService {
  const { database, dataFolder, clock, selfBackups, volumes, observedTime, forgetSecrets, log, reached } = options
  const { kysely } = database

  const begin = async (customerId: Id<'cus'>) => {
    await database.transaction(async (tx) => {
      const at = clock.now()
      if (!(await table.beginEnd(tx, customerId, { step: endSteps[0], nowMs: at }))) return
      const entry = { at, action: 'customer.end-begun', objectId: customerId, customerId } as const
      const { number } = (await table.listEnds(tx)).find((end) => end.customerId === customerId)!
      await insertAudit(tx, { ...actingByItself, ...entry, detail: { number: formatCustomerNumber(number) } })
    })
    reached('end:begun')
  }

  const removeKeyFiles = async (repository: Repository) => {
    forgetSecrets(repository.repositoryId)
    const { keysFolder } = repositoryPlace(dataFolder, repository.uid)
    await volumes.write(async () => {
      for (const name of await namesIn(keysFolder))
        await removeDurably(join(keysFolder, name), (step) => reached(`end-key:${step}`))
    }, repository.uid)
  }

  const purgeAll = async ({ repositoryId }: Repository, signal: AbortSignal) => {
    for (let purged = 1; purged > 0; ) {
      signal.throwIfAborted()
      const observedMs = await observedTime.read()
      purged = await database.transaction((tx) => table.purgeRows(tx, repositoryId, { nowMs: clock.now(), observedMs }))
      reached('end:packs-purged')
    }
  }

  const removeFiles = async ({ uid }: Repository) => {
    const { folder } = repositoryPlace(dataFolder, uid)
    await volumes.write(async () => {
      await rm(folder, { recursive: true, force: true })
      reached('end:files-removed')
      await syncFolder(dirname(folder))
      reached('end:files-remove-synced')
    }, uid)
  }

  const removeRows = async (customerId: Id<'cus'>, repository: Repository, signal: AbortSignal) => {
    for (const rows of endedRows) {
      for (let isDone = false; !isDone; ) {
        signal.throwIfAborted()
        isDone = await table.deleteRows(kysely, rows, { customerId, repositoryId: repository.repositoryId })
      }
      reached('end:rows-removed')
    }
  }

  const doStep = async (
    step: EndStep,
    end: table.CustomerEnd,
    repository: Repository,
    signal: AbortSignal,
  ): Promise<number | undefined> => {
    const { customerId } = end
    switch (step) {
      case 'people':
        await database.transaction(async (tx) => {
          await table.revokeDevices(tx, customerId)
          await table.removePeople(tx, customerId)
        })
        reached('end:people-removed')
        return undefined
      case 'keys':
        await database.transaction((tx) => table.destroyKeySlots(tx, repository.repositoryId))
        reached('end:keys-destroyed')
        return undefined
      case 'key-files':
        await removeKeyFiles(repository)
        return undefined
      case 'self-backups':
        return (await selfBackups.replaceAll()).number
      case 'packs':
        await purgeAll(repository, signal)
        return undefined
      case 'files':
        await removeFiles(repository)
        return undefined
      case 'rows':
        await removeRows(customerId, repository, signal)
        return undefined
      case 'copies':
        return undefined
      default:
        return step satisfies never
    }
  }

  /** What still has to be waited for; undefined: it has ended. */
  const finish = async (end: table.CustomerEnd, repository: Repository): Promise<string | undefined> => {
    const { customerId, number } = end
    const cleaned = await table.listCleanedCopies(kysely, customerId)
    const found = await selfBackups.list()
    for (const copy of await listCopies(kysely)) {
      if (cleaned.has(copy.copyId)) continue
      await cleanCopy({ database, copy, repository, selfBackups: found, firstGood: end.selfBackup ?? 0, reached })
      await table.noteCleanedCopy(kysely, { customer_id: customerId, copy_id: copy.copyId, at: clock.now() })
      reached('end:copy-noted')
    }
    if ((await table.countHeldByCopies(kysely, repository)) > 0)
      return 'its keys are gone; second copies let go of its files seven days after that'
    await database.transaction(async (tx) => {
      for (const rows of lastRows)
        for (let isDone = false; !isDone; )
          isDone = await table.deleteRows(tx, rows, { customerId, repositoryId: repository.repositoryId })
      await table.anonymise(tx, end)
      const entry = { at: clock.now(), action: 'customer.ended', objectId: customerId, customerId } as const
      await insertAudit(tx, { ...actingByItself, ...entry, detail: { number: formatCustomerNumber(number) } })
    })
    reached('end:ended')
    log.info({ customer: customerId, number }, 'a customer has ended')
    return undefined
  }

  const goOn = async (begun: table.CustomerEnd, signal: AbortSignal): Promise<string | undefined> => {
    const { customerId } = begun
    const repository = await findRepositoryOfCustomer(kysely, customerId)
    if (repository === undefined) throw new Error(`customer ${customerId} has no repository`)
    let end = begun
    while (end.step !== 'copies') {
      signal.throwIfAborted()
      const number = await doStep(end.step, end, repository, signal)
      const step = stepAfter(end.step)
      await table.setStep(kysely, customerId, step, number)
      reached('end:step-noted')
      end = { ...end, step, selfBackup: number ?? end.selfBackup }
    }
    return finish(end, repository)
  }

  return {
    dueAt: async () => {
      if ((await table.listEnds(kysely)).length > 0) return 0
      return table.findFirstEnd(kysely)
    },
    run: async (signal) => {
      for (const customerId of await table.listDueEnds(kysely, clock.now())) await begin(customerId)
      const ended: string[] = []
      const waiting: string[] = []
      const failed: string[] = []
      for (const end of await table.listEnds(kysely)) {
        const number = formatCustomerNumber(end.number)
        try {
          const waits = await goOn(end, signal)
          if (waits === undefined) ended.push(number)
          else waiting.push(`${number}: ${waits}`)
        } catch (error) {
          signal.throwIfAborted()
          log.error({ err: error, customer: end.customerId }, 'an account could not be ended yet')
          failed.push(`${number}: ${error instanceof Error ? error.message : String(error)}`)
        }
      }
      if (failed.length > 0) throw new Error(`Not ended yet: ${failed.join('; ')}`)
      return { ended, waiting }
    },
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return []
    throw error
  }
}
