/**
 * Makes versions. Children before parents: everything the root names is proved to be stored and catalogued outside any lock; then
 * one short transaction decides. A refusal leaves no file; an answer means file and rows are durable.
 */
import { join } from 'node:path'
import { type ChainHead, parseDeviceId, type SnapshotFile } from '../../engine/index.ts'
import { type BackupSession, maxMissingRounds, SessionError } from '../backup-sessions/backup-session.ts'
import type { BackupSessionsService, LiveSession } from '../backup-sessions/backup-sessions-service.ts'
import * as sessionsTable from '../backup-sessions/backup-sessions-table.ts'
import type { PlanSpace } from '../backup-sessions/plan-space.ts'
import type { CatalogueStaging, StagedCatalogue } from '../catalogue/catalogue.ts'
import type { Database } from '../database/database.ts'
import { findChain } from '../devices/devices-table.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import { findHeldChunks } from '../packs/chunks-table.ts'
import type { RecordsService } from '../records/records-service.ts'
import { demandCurrentIndex } from '../repositories/generation.ts'
import { findRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { RunsService } from '../runs/runs-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Log } from '../runtime/log.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { unlinkIfThere } from '../storage-volumes/durable-file.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import { type ClosureWalk, walkClosure } from './closure-walk.ts'
import { CommitError, type CommitOutcome, type OpenedSnapshot } from './commit.ts'
import { committedBefore, type PreparedCommit, type TransactionOutcome } from './commit-transaction.ts'
import { openSnapshot, parseSnapshot } from './open-snapshot.ts'
import { settleCommit } from './settle-commit.ts'
import { removeSnapshot, snapshotName, writeSnapshotAside } from './snapshot-files.ts'

export interface CommitOptions {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly volumes: StorageVolumesService
  readonly sessions: Pick<BackupSessionsService, 'get' | 'find' | 'demandPlan'>
  readonly space: PlanSpace
  readonly records: RecordsService
  readonly openSecrets: OpenSecrets
  readonly snapshots: Pick<SnapshotsService, 'insert' | 'findLive' | 'listReplaced'>
  readonly runs: Pick<RunsService, 'finish' | 'fail'>
  readonly catalogue: CatalogueStaging
  readonly reached: ReachedPoint
}

export interface CommitRequest {
  readonly device: DeviceIdentity
  readonly sessionId: Id<'bks'>
  readonly bytes: Buffer
  readonly isCheckpoint: boolean
}

export interface CommitsService {
  /** Throws CommitError, SessionError `gone`, BackupRefusedError, VolumeError, RepositoryError `rebuild-needed`. The same file again gives the same answer. */
  readonly commit: (request: CommitRequest) => Promise<CommitOutcome>
}

/** How often a commit begins again because the repository moved beneath it. */
const maxAttempts = 5
const temporaryNameBytes = 12

export function createCommitsService(options: CommitOptions): CommitsService {
  const { database, sessions, snapshots, clock } = options
  const { kysely } = database

  /** What this file became before: the answer to its first sending may have been lost. */
  const findCommitted = async (
    request: CommitRequest,
    file: SnapshotFile,
    found: LiveSession,
  ): Promise<CommitOutcome | undefined> => {
    const { device, isCheckpoint } = request
    const { repositoryId } = found.repository
    const version = await snapshots.findLive(kysely, { repositoryId, snapshotId: file.id })
    if (version === undefined || version.deviceId !== device.deviceId) return undefined
    const chain = await findChain(kysely, device.deviceId)
    return chain && committedBefore({ version, chain, session: found.session, isCheckpoint })
  }

  const giveHead = async (session: BackupSession): Promise<ChainHead> => {
    const chain = await findChain(kysely, session.deviceId)
    if (chain === undefined) throw new SessionError('gone', 'This computer is not connected any more.')
    const head = { seq: chain.headSeq + 1, previous: chain.headSnapshot, serverTimeMs: clock.now() }
    await sessionsTable.giveHead(kysely, session.sessionId, head)
    return head
  }

  const walk = async (repository: Repository, opened: OpenedSnapshot, parent: Snapshot | undefined): Promise<ClosureWalk> => {
    const { repositoryId } = repository
    const source = {
      findHeld: (ids: Parameters<typeof findHeldChunks>[2]) => findHeldChunks(kysely, repositoryId, ids),
      read: (ids: Parameters<RecordsService['read']>[1]) => options.records.read(repository, ids),
    }
    return walkClosure({ source, root: opened.file.envelope.root, parentRoot: parent?.root })
  }

  /** A version whose closure may be believed: still there, and nothing was lost since it was proved. */
  const findParent = async (session: BackupSession, repository: Repository): Promise<Snapshot | undefined> => {
    if (session.parent === undefined) return undefined
    const { repositoryId, closureEpoch } = repository
    const parent = await snapshots.findLive(kysely, { repositoryId, snapshotId: session.parent })
    return parent?.closureEpoch === closureEpoch ? parent : undefined
  }

  const refuseMissing = async (session: BackupSession, { missing, isComplete }: ClosureWalk): Promise<CommitOutcome> => {
    if (session.missingRounds < maxMissingRounds) {
      await sessionsTable.countMissingRound(kysely, session.sessionId)
      return { kind: 'missing', ids: missing, isComplete }
    }
    const endedAt = clock.now()
    const detail = `The version still lacked ${missing.length} parts after ${maxMissingRounds} rounds.`
    await database.transaction(async (tx) => {
      await sessionsTable.endSession(tx, { sessionId: session.sessionId, state: 'failed', endedAt })
      await options.runs.fail(tx, { runId: session.runId, code: 'HF-CHUNKS-MISSING', detail, endedAt })
    })
    throw new CommitError('too-many-rounds', detail)
  }

  const attempt = async (request: CommitRequest, live: LiveSession, opened: OpenedSnapshot): Promise<CommitOutcome | 'again'> => {
    const { device } = request
    const { session } = live
    const { repositoryId, uid } = live.repository
    const repository = await demandCurrentIndex(repositoryPlace(options.dataFolder, uid), () =>
      findRepository(kysely, repositoryId),
    )
    const parent = await findParent(session, repository)
    const walked = await walk(repository, opened, parent)
    if (walked.missing.length > 0) return refuseMissing(session, walked)
    const { root } = opened.file.envelope
    const staged = await options.catalogue.stage({ repository, deviceId: device.deviceId, job: session.job, root })
    const { quotaBytes } = await sessions.demandPlan(device, { mayBeExpired: true }).catch(async (error: unknown) => {
      await options.catalogue.discard(staged)
      throw error
    })
    const prepared = { opened, session, device, repository, parent, walk: walked, staged, quotaBytes }
    return options.volumes.series(() => decide(prepared, staged))
  }

  const decide = async (
    prepared: Omit<PreparedCommit, 'placeFile'>,
    staged: StagedCatalogue,
  ): Promise<CommitOutcome | 'again'> => {
    const { repository, opened } = prepared
    const place = repositoryPlace(options.dataFolder, repository.uid)
    const temporaryFile = join(place.temporaryFolder, `${options.randomness.bytes(temporaryNameBytes).toString('hex')}.snapshot`)
    const name = { device: opened.file.envelope.device, seq: opened.file.envelope.seq, id: opened.file.id }
    try {
      await options.volumes.write(() => writeSnapshotAside(temporaryFile, opened.bytes, options.reached), repository.uid)
      const outcome = await settleCommit({ ...options, place, name, temporaryFile, prepared })
      return await conclude(outcome, staged, async (replaced) => {
        for (const version of replaced) await removeSnapshot(place, snapshotName(version), options.reached)
      })
    } catch (error) {
      if (error instanceof CommitError && error.fault === 'outcome-unknown') options.catalogue.release(staged)
      else await options.catalogue.discard(staged)
      throw error
    } finally {
      await unlinkIfThere(temporaryFile)
    }
  }

  const conclude = async (
    outcome: TransactionOutcome,
    staged: StagedCatalogue,
    removeReplaced: (replaced: readonly Snapshot[]) => Promise<void>,
  ): Promise<CommitOutcome | 'again'> => {
    switch (outcome.kind) {
      case 'committed': {
        options.catalogue.release(staged)
        const { replaced, ...answer } = outcome
        // Their rows are gone and their tombstones written: a file that stays is removed at the next start.
        await removeReplaced(replaced).catch((error: unknown) =>
          options.log.error({ err: error }, 'a replaced version stays on disk'),
        )
        return answer
      }
      case 'repeated':
        await options.catalogue.discard(staged)
        return outcome.answer
      case 'stale-head':
        await options.catalogue.discard(staged)
        return outcome
      case 'again':
        await options.catalogue.discard(staged)
        return 'again'
      case 'session-gone':
        throw new SessionError('gone', 'This backup session has ended.')
      default:
        return outcome satisfies never
    }
  }

  const settle = async (request: CommitRequest, live: LiveSession, opened: OpenedSnapshot): Promise<CommitOutcome> => {
    for (let attempts = 0; attempts < maxAttempts; attempts += 1) {
      const outcome = await attempt(request, live, opened)
      if (outcome !== 'again') return outcome
    }
    throw new CommitError('unsettled', 'The stored files changed all the time while this version was checked.')
  }

  return {
    commit: async (request) => {
      const { device, sessionId, bytes, isCheckpoint } = request
      const file = parseSnapshot(bytes)
      const found = await sessions.find(device, sessionId)
      if (found === undefined) throw new SessionError('gone', 'This backup session has ended.')
      const before = await findCommitted(request, file, found)
      if (before !== undefined) return before
      const live = await sessions.get(device, sessionId)
      const { envelope } = file
      const { given } = live.session
      if (envelope.device !== parseDeviceId(device.deviceId))
        throw new CommitError('invalid', 'The version names another computer.')
      const isAsGiven =
        envelope.seq === given.seq && envelope.previous === given.previous && envelope.serverTimeMs === given.serverTimeMs
      if (!isAsGiven) return { kind: 'stale-head', head: await giveHead(live.session) }
      const opened = openSnapshot(file, bytes, await options.openSecrets(live.repository))
      if (opened.body.job !== live.session.job || opened.body.isCheckpoint !== isCheckpoint)
        throw new CommitError('invalid', 'The version names another job, or another kind of version, than its session.')
      return settle(request, live, opened)
    },
  }
}
