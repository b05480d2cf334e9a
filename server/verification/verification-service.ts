/**
 * Verification on arrival: every pack of every repository is opened record by record, once, soon after it came; at the latest
 * `lateAfterMs` later, or somebody is told. It keeps no list and no cursor: a pack that was not opened says so in its own row, so a
 * box that was off goes on where it was. One pack at a time, behind everything that anybody waits for.
 */

import type { RepositorySecrets } from '../../engine/index.ts'
import type { OnBlamed } from '../checks/checks-service.ts'
import type { DeviceFault } from '../checks/device-fault.ts'
import { findDeviceFault } from '../checks/device-faults-table.ts'
import { isDiskPresent } from '../checks/present-disk.ts'
import type { Database } from '../database/database.ts'
import type { PackNumber } from '../packs/pack.ts'
import { listRepositories } from '../repositories/repositories-table.ts'
import type { Repository, RepositoryId } from '../repositories/repository.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { listUnprovedPacks, sumUnproved, type UnprovedPack } from './verification-table.ts'
import { type PackVerification, verifyPack } from './verify-pack.ts'

export interface VerificationService {
  /** Opens what was not opened yet, until nothing is left. */
  readonly run: (run: VerificationRun) => Promise<VerificationCount>
  readonly backlog: () => Promise<Backlog>
  /** What a computer sent lately that does not open; undefined for one that is not suspected. */
  readonly findFault: (deviceId: Id<'dev'>) => Promise<DeviceFault | undefined>
}

export interface VerificationRun {
  readonly signal: AbortSignal
  /** Before each pack: waits while others need the machine. */
  readonly pause?: (pack: { readonly receivedAt: number }) => Promise<void>
}

export interface VerificationCount {
  readonly packs: number
  /** Of them: with records that their computer sent wrong. */
  readonly poisoned: number
  /** Of them: not as they were sent. */
  readonly hurt: number
  /** Not opened; the next run tries again. */
  readonly failed: number
}

export interface Backlog {
  readonly packs: number
  readonly bytes: number
  readonly oldestAt: number | undefined
}

const repositoriesPerPage = 100
/** Of one repository before the next one has its turn. */
const packsPerTurn = 100

export function createVerification(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly log: Log
  readonly pool: WorkerPool
  readonly openSecrets: OpenSecrets
  readonly onBlamed: OnBlamed
  readonly reached: ReachedPoint
}): VerificationService {
  const { database, dataFolder, log, openSecrets, onBlamed } = options
  const { kysely: db } = database

  async function* pagesOfRepositories(): AsyncGenerator<readonly Repository[]> {
    for (let after = 0; ; ) {
      const page = await listRepositories(db, { after, limit: repositoriesPerPage })
      const last = page.at(-1)
      if (last === undefined) return
      yield page
      after = last.repositoryId
    }
  }
  async function* allRepositories(): AsyncGenerator<Repository> {
    for await (const page of pagesOfRepositories()) yield* page
  }

  const verify = async (pack: UnprovedPack, verification: PackVerification): Promise<VerificationCount> => {
    try {
      const { kind, blamed } = await verifyPack(pack, verification)
      if (kind !== 'whole') log.error({ pack: pack.packId, kind }, 'a pack that arrived does not open whole')
      await onBlamed(verification.repository, blamed)
      return { packs: 1, poisoned: kind === 'poisoned' ? 1 : 0, hurt: kind === 'hurt' ? 1 : 0, failed: 0 }
    } catch (error) {
      verification.signal.throwIfAborted()
      log.error({ err: error, pack: pack.packId }, 'a pack that arrived could not be opened; tried again later')
      return { ...nothing, failed: 1 }
    }
  }

  const secretsOf = async (repository: Repository): Promise<RepositorySecrets | undefined> => {
    try {
      return await openSecrets(repository)
    } catch (error) {
      log.error({ err: error, repository: repository.uid.toString('hex') }, 'without its key, what arrived cannot be opened')
      return undefined
    }
  }

  /** One turn of a repository, from a pack on: each is tried once in a run. */
  const verifySome = async (repository: Repository, after: PackNumber, run: VerificationRun): Promise<Turn> => {
    const packs = await listUnprovedPacks(db, { repositoryId: repository.repositoryId, after, limit: packsPerTurn })
    if (packs.length === 0 || !isDiskPresent(dataFolder, repository)) return { count: nothing, after }
    const secrets = await secretsOf(repository)
    if (secrets === undefined) return { count: nothing, after }
    let count = nothing
    for (const pack of packs) {
      await run.pause?.(pack)
      run.signal.throwIfAborted()
      count = add(count, await verify(pack, { ...options, repository, secrets, signal: run.signal }))
    }
    return { count, after: packs.at(-1)!.pack }
  }

  return {
    run: async (run) => {
      const done = new Map<RepositoryId, PackNumber>()
      for (let sum = nothing; ; ) {
        let round = nothing
        for await (const repository of allRepositories()) {
          const { count, after } = await verifySome(repository, done.get(repository.repositoryId) ?? 0, run)
          done.set(repository.repositoryId, after)
          round = add(round, count)
        }
        sum = add(sum, round)
        if (round.packs + round.failed === 0) return sum
      }
    },
    findFault: (deviceId) => findDeviceFault(db, deviceId),
    backlog: async () => {
      let sum: Backlog = { packs: 0, bytes: 0, oldestAt: undefined }
      for await (const page of pagesOfRepositories()) {
        const ids = page.map(({ repositoryId }) => repositoryId)
        const { packs, bytes, oldestAt } = await sumUnproved(db, ids)
        const oldest = Math.min(sum.oldestAt ?? Number.POSITIVE_INFINITY, oldestAt ?? Number.POSITIVE_INFINITY)
        sum = { packs: sum.packs + packs, bytes: sum.bytes + bytes, oldestAt: Number.isFinite(oldest) ? oldest : undefined }
      }
      return sum
    },
  }
}

interface Turn {
  readonly count: VerificationCount
  readonly after: PackNumber
}

const nothing: VerificationCount = { packs: 0, poisoned: 0, hurt: 0, failed: 0 }

function add(one: VerificationCount, other: VerificationCount): VerificationCount {
  return {
    packs: one.packs + other.packs,
    poisoned: one.poisoned + other.poisoned,
    hurt: one.hurt + other.hurt,
    failed: one.failed + other.failed,
  }
}
