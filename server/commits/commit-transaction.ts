/**
 * The one transaction that makes a version: under the repository's lock everything that was prepared is compared with what is true
 * now; then the rows, then the file's name, then COMMIT.
 */

import type { ChainHead } from '../../engine/index.ts'
import { BackupRefusedError, type BackupSession } from '../backup-sessions/backup-session.ts'
import * as sessions from '../backup-sessions/backup-sessions-table.ts'
import { nextInstance } from '../backup-sessions/instance.ts'
import type { StagedCatalogue } from '../catalogue/catalogue.ts'
import type { Transaction } from '../database/database.ts'
import type { DeviceChain } from '../devices/device.ts'
import { findChainLocked, setHead, setInstance } from '../devices/devices-table.ts'
import { isLive } from '../packs/pack.ts'
import { listPackStatesLocked, restorePacks } from '../packs/packs-table.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { Snapshot } from '../snapshots/snapshot.ts'
import type { ClosureWalk } from './closure-walk.ts'
import type { CommitOutcome, OpenedSnapshot } from './commit.ts'
import type { CommitOptions } from './commits-service.ts'

export interface PreparedCommit {
  readonly opened: OpenedSnapshot
  readonly session: BackupSession
  readonly device: { readonly deviceId: BackupSession['deviceId']; readonly customerId: Repository['customerId'] }
  /** As it was when the walk began. */
  readonly repository: Repository
  readonly parent: Snapshot | undefined
  readonly walk: ClosureWalk
  readonly staged: StagedCatalogue
  readonly quotaBytes: number
  /** Names the file durably, ends what it replaces. The last step before COMMIT. */
  readonly placeFile: (replaced: readonly Snapshot[]) => Promise<void>
}

export type TransactionOutcome =
  | (CommitOutcome & { readonly kind: 'committed'; readonly replaced: readonly Snapshot[] })
  | (CommitOutcome & { readonly kind: 'stale-head' })
  /** The same file was committed before, perhaps a moment ago: the first answer, again. */
  | { readonly kind: 'repeated'; readonly answer: CommitOutcome }
  /** Something moved since the walk began: walk again. */
  | { readonly kind: 'again' }
  | { readonly kind: 'session-gone' }

type Services = Pick<CommitOptions, 'clock' | 'randomness' | 'snapshots' | 'runs' | 'catalogue' | 'space' | 'reached'>

export async function commitInTransaction(
  tx: Transaction,
  prepared: PreparedCommit,
  services: Services,
): Promise<TransactionOutcome> {
  const { opened, device } = prepared
  const { envelope, id: snapshotId } = opened.file
  const now = await lockRepository(tx, prepared.repository.repositoryId)
  const session = await sessions.findSessionLocked(tx, prepared.session.sessionId)
  const chain = await findChainLocked(tx, device.deviceId)
  if (session === undefined || chain === undefined) return { kind: 'session-gone' }
  const before = await services.snapshots.findLive(tx, { repositoryId: now.repositoryId, snapshotId })
  const { isCheckpoint } = opened.body
  if (before !== undefined)
    return { kind: 'repeated', answer: committedBefore({ version: before, chain, session, isCheckpoint }) }
  if (session.state !== 'open') return { kind: 'session-gone' }
  if (chain.headSnapshot !== envelope.previous || envelope.seq <= chain.headSeq) {
    const head = { seq: chain.headSeq + 1, previous: chain.headSnapshot, serverTimeMs: services.clock.now() }
    await sessions.giveHead(tx, session.sessionId, head)
    return { kind: 'stale-head', head }
  }
  if (!(await isStillTrue(tx, prepared, now, services))) return { kind: 'again' }
  const receivedAt = services.clock.now()
  await restorePacks(tx, { packs: prepared.walk.usedPacks, nowMs: receivedAt })
  await demandSpace(tx, session, prepared.quotaBytes, services)

  const { replaced } = await insertVersion(tx, { ...prepared, session }, services, receivedAt)
  const instance = nextInstance(chain.instance.newest, services.randomness)
  await setHead(tx, { deviceId: device.deviceId, seq: envelope.seq, snapshotId })
  await setInstance(tx, device.deviceId, { newest: instance, previous: chain.instance.newest, isNewestShown: false })
  const next = await endOrGoOn(tx, { ...prepared, session }, receivedAt)
  await prepared.placeFile(replaced)
  const { verdict } = opened.body
  return { kind: 'committed', snapshotId, seq: envelope.seq, verdict, next, instance, replaced }
}

/** The answer to a file that is a version already. */
export function committedBefore(found: {
  readonly version: Snapshot
  readonly chain: DeviceChain
  readonly session: BackupSession
  readonly isCheckpoint: boolean
}): CommitOutcome {
  const { version, chain, session, isCheckpoint } = found
  const { snapshotId, seq, verdict } = version
  const next = isCheckpoint && session.state === 'open' ? session.given : undefined
  return { kind: 'committed', snapshotId, seq, verdict, next, instance: chain.instance.newest }
}

/** What the walk relied on: the epoch, the parent, and that the packs it used are still live. */
async function isStillTrue(tx: Transaction, prepared: PreparedCommit, now: Repository, services: Services): Promise<boolean> {
  const { repository, parent, walk } = prepared
  if (now.closureEpoch !== repository.closureEpoch) return false
  if (parent !== undefined) {
    const held = await services.snapshots.findLive(tx, { repositoryId: repository.repositoryId, snapshotId: parent.snapshotId })
    if (held === undefined) return false
  }
  if (now.generation === repository.generation) return true
  const states = await listPackStatesLocked(tx, walk.usedPacks)
  return walk.usedPacks.every((pack) => isLive(states.get(pack) ?? 'purged'))
}

/** A version that sent nothing takes no space: a computer without changes stays protected on a full plan. */
async function demandSpace(tx: Transaction, session: BackupSession, quotaBytes: number, { space }: Services): Promise<void> {
  if (session.uploadedBytes === 0) return
  const usedBytes = await space.used(tx, session.subscriptionId)
  if (usedBytes > quotaBytes) throw new BackupRefusedError({ kind: 'quota-exceeded', quotaBytes, usedBytes })
}

export interface VersionToInsert extends Pick<PreparedCommit, 'opened' | 'device' | 'repository' | 'staged'> {
  /** Undefined for a version that was found after its session had ended. */
  readonly session: BackupSession | undefined
}

export async function insertVersion(
  tx: Transaction,
  { opened, session, device, repository, staged }: VersionToInsert,
  { snapshots, runs, catalogue }: Pick<Services, 'snapshots' | 'runs' | 'catalogue'>,
  receivedAt: number,
): Promise<{ readonly replaced: readonly Snapshot[] }> {
  const { file, body, bytes } = opened
  const { version, replaced } = await snapshots.insert(tx, {
    snapshotId: file.id,
    envelope: file.envelope,
    body,
    repositoryId: repository.repositoryId,
    customerId: device.customerId,
    deviceId: device.deviceId,
    runId: session?.runId,
    receivedAt,
    fileBytes: bytes.length,
    closureEpoch: repository.closureEpoch,
    catalogueVersion: staged.version,
  })
  await catalogue.makeVisible(tx, staged)
  if (!body.isCheckpoint && session !== undefined) {
    const { verdict, counts, skipped } = body
    const left = { deviceId: device.deviceId, job: session.job, skipped }
    await runs.finish(tx, { runId: session.runId, version: version.id, verdict, endedAt: receivedAt, counts, left })
  }
  return { replaced }
}

/** A final version ends its session; a checkpoint leaves it open, with the next place in the chain. */
export async function endOrGoOn(
  tx: Transaction,
  { opened, session }: Pick<PreparedCommit, 'opened' | 'session'>,
  nowMs: number,
): Promise<ChainHead | undefined> {
  const { file, body } = opened
  if (!body.isCheckpoint) {
    await sessions.endSession(tx, { sessionId: session.sessionId, state: 'committed', endedAt: nowMs })
    return undefined
  }
  const next = { seq: file.envelope.seq + 1, previous: file.id, serverTimeMs: nowMs }
  await sessions.giveHead(tx, session.sessionId, next)
  await sessions.setParent(tx, session.sessionId, file.id)
  return next
}
