/** Opens and ends backup sessions. Everything that a session may later rely on is decided here, under the repository's lock. */
import type { ChainHead, SnapshotId } from '../../engine/index.ts'
import { findDeviceSwitch } from '../backup-switches/device-switches-table.ts'
import type { CustomersService } from '../customers/customers-service.ts'
import type { Database, Transaction } from '../database/database.ts'
import { findChainLocked, setInstance, takeOffStoredBytes } from '../devices/devices-table.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { IdentitiesService } from '../identities/identities-service.ts'
import { maxJobNameCharacters } from '../jobs/job.ts'
import { readObservedTime } from '../observed-time/observed-time-table.ts'
import { findRepositoryOfCustomer, lockRepository, nextSessionSequence } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { maxRunDetailCharacters, type RunKey } from '../runs/run.ts'
import type { RunsService } from '../runs/runs-service.ts'
import type { Clock } from '../runtime/clock.ts'
import { type Id, newId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import { refusalAt, type Subscription } from '../subscriptions/subscription.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { capCountedBytes } from '../subscriptions/usage-table.ts'
import { BackupRefusedError, type BackupSession, SessionError, silenceMs } from './backup-session.ts'
import * as table from './backup-sessions-table.ts'
import { judgeInstance } from './instance.ts'
import type { PlanSpace } from './plan-space.ts'

export interface SessionToOpen {
  readonly device: DeviceIdentity
  readonly job: string
  readonly parent: SnapshotId | undefined
  /** The value that the last commit gave to this computer. */
  readonly instance: string | undefined
  readonly print: string
  /** What the computer calls the run: tried again, it is the same one. */
  readonly run?: RunKey | undefined
  readonly address: string
  /** The box itself writes, for a device that is no computer: there is none to be recognised, and sessions of its job go on beside it. */
  readonly isOfBox?: true
}

export interface OpenedSession {
  readonly session: BackupSession
  readonly isParentHeld: boolean
}

/** A session with what its requests need. */
export interface LiveSession {
  readonly session: BackupSession
  readonly repository: Repository
}

export interface BackupSessionsService {
  /** Throws BackupRefusedError, SessionError `cloned`, `invalid-job`, `run-done`. */
  readonly open: (request: SessionToOpen) => Promise<OpenedSession>
  /** A live session of this device. Its being asked for counts as a sign of life. Throws SessionError `gone`. */
  readonly get: (device: DeviceIdentity, sessionId: Id<'bks'>) => Promise<LiveSession>
  /** The same, whatever has become of it; undefined for another device's or none. */
  readonly find: (device: DeviceIdentity, sessionId: Id<'bks'>) => Promise<LiveSession | undefined>
  readonly abort: (
    device: DeviceIdentity,
    sessionId: Id<'bks'>,
    reason: { readonly code: string; readonly detail: string },
  ) => Promise<void>
  /** Ends a session of the box's own as if it had never been: its run goes, and what it sent counts against no plan. */
  readonly drop: (session: Pick<BackupSession, 'sessionId' | 'runId' | 'deviceId'>) => Promise<void>
  /** The open ones of devices that are no computers: whoever held one before the box stopped is gone. */
  readonly listOfBox: () => Promise<readonly BackupSession[]>
  /** Once a minute, after the box's heartbeat: notes who was heard from, and ends sessions that have been silent for too long. */
  readonly tick: () => Promise<void>
  /** The plan of a device, where it lets backups in now. Throws BackupRefusedError. */
  readonly demandPlan: (device: DeviceIdentity, options: { readonly mayBeExpired: boolean }) => Promise<Subscription>
}

const silentAtOnce = 1000
const visibleText = /^\P{Cc}+$/u

export function createBackupSessionsService(options: {
  readonly database: Database
  readonly clock: Clock
  readonly randomness: Randomness
  readonly customers: Pick<CustomersService, 'find'>
  readonly subscriptions: Pick<SubscriptionsService, 'find'>
  readonly snapshots: Pick<SnapshotsService, 'findLive'>
  readonly runs: Pick<RunsService, 'open' | 'fail' | 'findByKey' | 'drop'>
  readonly space: PlanSpace
  /** Makes the folder of the device's versions, durably. */
  readonly prepareDevice: (repository: Repository, deviceId: Id<'dev'>) => Promise<void>
  /** Two computers under one identity: told to people, whichever of the two asks next. */
  readonly identities: Pick<IdentitiesService, 'noteClone'>
}): BackupSessionsService {
  const { database, clock, randomness, customers, subscriptions, snapshots, runs, space } = options
  const { kysely } = database
  /** Heard from since the last tick. A crash forgets at most a minute of it, of 24 hours. */
  const heard = new Set<Id<'bks'>>()

  const demandPlan: BackupSessionsService['demandPlan'] = async (device, { mayBeExpired }) => {
    const [subscription, customer, ofComputer] = await Promise.all([
      subscriptions.find(device.subscriptionId),
      customers.find(device.customerId),
      findDeviceSwitch(kysely, device.deviceId),
    ])
    if (subscription === undefined || customer === undefined) throw new BackupRefusedError({ kind: 'no-subscription' })
    const refusal = refusalAt({ subscription, customer, ofComputer, mayBeExpired, nowMs: clock.now() })
    if (refusal !== undefined) throw new BackupRefusedError(refusal)
    return subscription
  }

  const getRepository = async (customerId: Id<'cus'>): Promise<Repository> => {
    const repository = await findRepositoryOfCustomer(kysely, customerId)
    if (repository === undefined) throw new SessionError('no-repository', 'This account has no place for backups.')
    return repository
  }

  /** A job runs once at a time: whoever held the older session was killed, or will be told that it lost it. */
  const supersede = async (tx: Transaction, of: { deviceId: Id<'dev'>; job: string }, endedAt: number) => {
    for (const { sessionId, runId } of await table.listOpenSessionsOfJob(tx, of)) {
      await table.endSession(tx, { sessionId, state: 'superseded', endedAt })
      await runs.fail(tx, { runId, code: 'HF-SESSION-GONE', detail: 'The backup was cut off; the job ran again.', endedAt })
    }
  }

  const openIn = async (tx: Transaction, request: SessionToOpen, repositoryId: number): Promise<OpenedSession> => {
    const { device, job, parent, run: key } = request
    const { deviceId, customerId, subscriptionId } = device
    const before = key === undefined ? undefined : await runs.findByKey(tx, { deviceId, key })
    if (before?.hasVersion === true) throw new SessionError('run-done', 'This run has made its version already.')
    const repository = await lockRepository(tx, repositoryId)
    const head = await identify(tx, request)
    const held = parent && (await snapshots.findLive(tx, { repositoryId, snapshotId: parent }))
    const nowMs = clock.now()
    if (request.isOfBox !== true) await supersede(tx, { deviceId, job }, nowMs)
    const session: BackupSession = {
      sessionId: newId('bks', randomness),
      repositoryId,
      seq: await nextSessionSequence(tx, repositoryId),
      deviceId,
      subscriptionId,
      runId: before?.runId ?? newId('run', randomness),
      job,
      state: 'open',
      closureEpoch: repository.closureEpoch,
      parent: held?.deviceId === deviceId ? parent : undefined,
      given: { ...head, serverTimeMs: nowMs },
      missingRounds: 0,
      uploadedBytes: 0,
      openedAt: nowMs,
    }
    const isAgain = before !== undefined
    await runs.open(tx, { runId: session.runId, customerId, deviceId, job, startedAt: nowMs, key, isAgain })
    await table.insertSession(tx, session, { observedMs: await readObservedTime(tx) })
    return { session, isParentHeld: session.parent !== undefined }
  }

  /** Proves that this is the computer we know, and says where its chain stands. */
  const identify = async (tx: Transaction, request: SessionToOpen): Promise<Pick<ChainHead, 'seq' | 'previous'>> => {
    const { device, print } = request
    const chain = await findChainLocked(tx, device.deviceId)
    if (chain === undefined) throw new SessionError('gone', 'This computer is not connected any more.')
    if (request.isOfBox === true) return { seq: chain.headSeq + 1, previous: chain.headSnapshot }
    const { instance, fingerprintPrint } = chain
    const verdict = judgeInstance({ value: request.instance, print, instance, knownPrint: fingerprintPrint })
    if (verdict === 'cloned')
      throw new SessionError('cloned', 'Another computer uses the identity of this one. Nothing was written.')
    if (verdict === 'newest') await setInstance(tx, device.deviceId, { ...instance, isNewestShown: true, isAnyTaken: false })
    if (verdict === 'first' && request.instance !== undefined)
      await setInstance(tx, device.deviceId, { newest: request.instance, previous: undefined, isNewestShown: true })
    return { seq: chain.headSeq + 1, previous: chain.headSnapshot }
  }

  const find: BackupSessionsService['find'] = async (device, sessionId) => {
    const session = await table.findSession(kysely, sessionId)
    if (session === undefined || session.deviceId !== device.deviceId) return undefined
    return { session, repository: await getRepository(device.customerId) }
  }

  const get: BackupSessionsService['get'] = async (device, sessionId) => {
    const found = await find(device, sessionId)
    if (found?.session.state !== 'open') throw new SessionError('gone', 'This backup session has ended.')
    heard.add(sessionId)
    return found
  }

  return {
    demandPlan,
    find,
    get,
    open: async (request) => {
      const { device, job } = request
      if (!visibleText.test(job) || [...job].length > maxJobNameCharacters)
        throw new SessionError('invalid-job', `A job's name has 1 to ${maxJobNameCharacters} visible characters.`)
      const { quotaBytes } = await demandPlan(device, { mayBeExpired: false })
      const room = await space.reserve({ subscriptionId: device.subscriptionId, quotaBytes, bytes: 0 })
      room.release()
      const repository = await getRepository(device.customerId)
      await options.prepareDevice(repository, device.deviceId)
      try {
        return await database.transaction((tx) => openIn(tx, request, repository.repositoryId))
      } catch (error) {
        if (error instanceof SessionError && error.fault === 'cloned')
          await options.identities.noteClone({ ...request, deviceId: device.deviceId })
        throw error
      }
    },
    abort: async (device, sessionId, { code, detail }) => {
      const { session } = await get(device, sessionId)
      const endedAt = clock.now()
      await database.transaction(async (tx) => {
        if (!(await table.endSession(tx, { sessionId, state: 'aborted', endedAt }))) return
        await runs.fail(tx, { runId: session.runId, code, detail: detail.slice(0, maxRunDetailCharacters), endedAt })
      })
    },
    drop: (session) =>
      database.transaction(async (tx) => {
        const { sessionId, runId, deviceId } = session
        const sent = await table.findSessionLocked(tx, sessionId)
        if (sent?.state !== 'open') return
        await table.endSession(tx, { sessionId, state: 'aborted', endedAt: clock.now() })
        await takeOffStoredBytes(tx, deviceId, sent.uploadedBytes)
        await capCountedBytes(tx, deviceId)
        await runs.drop(tx, { runId, deviceId })
      }),
    listOfBox: () => table.listOpenSessionsOfInboxes(kysely, silentAtOnce),
    tick: async () => {
      const observedMs = await readObservedTime(kysely)
      const sessionIds = [...heard]
      heard.clear()
      await table.markHeard(kysely, sessionIds, observedMs)
      const silent = await table.listSilentSessions(kysely, { observedMs: observedMs - silenceMs, limit: silentAtOnce })
      for (const { sessionId, runId } of silent) {
        const endedAt = clock.now()
        await database.transaction(async (tx) => {
          if (!(await table.endSession(tx, { sessionId, state: 'silent', endedAt }))) return
          await runs.fail(tx, { runId, code: 'HF-SESSION-GONE', detail: 'Nothing was heard of this backup for a day.', endedAt })
        })
      }
    },
  }
}
