/**
 * Makes the rows of versions, and of the computers, jobs and runs behind them, from the snapshot files. A version that has its row
 * keeps it; one with a tombstone loses it; a row without a file stays and is reported: only people and rules forget.
 */
import type { RepositorySecrets, SnapshotId } from '../../engine/index.ts'
import type { SnapshotName } from '../commits/snapshot-files.ts'
import type { Database, Transaction } from '../database/database.ts'
import { findDevice, forgetInstances, setHead } from '../devices/devices-table.ts'
import { findOrCreateJob } from '../jobs/jobs-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { type Id, isId } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { nextNumber } from '../settings/counters-table.ts'
import { dropVersion } from '../snapshots/drop-version.ts'
import { publicSnapshotId } from '../snapshots/snapshot.ts'
import type { NewSnapshot } from '../snapshots/snapshots-table.ts'
import { recountVersions } from '../snapshots/version-counters-table.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { SubscriptionsService } from '../subscriptions/subscriptions-service.ts'
import { chooseVersions } from './choose-versions.ts'
import { putAside } from './put-aside.ts'
import { type FoundVersion, type ReadVersion, readVersions } from './read-versions.ts'
import type { RebuildFindings } from './rebuild.ts'
import { type DeviceVersions, listVersionFolders } from './version-folders.ts'
import {
  insertFoundDevice,
  type KnownVersion,
  listKnownVersions,
  raiseStoredBytes,
  saveRuns,
  saveVersions,
} from './versions-table.ts'

export interface VersionsToRebuild {
  readonly database: Database
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly secrets: RepositorySecrets | undefined
  readonly subscriptions: Pick<SubscriptionsService, 'listOfCustomer'>
  readonly randomness: Randomness
  readonly findings: RebuildFindings
  readonly nowMs: number
  readonly reached: ReachedPoint
  readonly onProgress: (progress: { readonly done: number; readonly total: number }) => void
  readonly signal: AbortSignal
}

export interface VersionsRebuilt {
  readonly versions: number
  readonly newVersions: number
  readonly forgotten: number
  readonly devices: number
  readonly newDevices: number
}

export async function rebuildVersions(rebuild: VersionsToRebuild): Promise<VersionsRebuilt> {
  const { place, findings, onProgress } = rebuild
  const folders = await listVersionFolders(place)
  const sum = { versions: 0, newVersions: 0, forgotten: 0, devices: 0, newDevices: 0 }
  const total = folders.reduce((count, folder) => count + ('versions' in folder ? folder.versions.length : 0), 0)
  for (const folder of folders) {
    if ('unknownFolder' in folder) {
      findings.add({ kind: 'unknown-file', file: folder.unknownFolder })
      continue
    }
    for (const file of folder.unknownFiles) findings.add({ kind: 'unknown-file', file })
    if (folder.versions.length + folder.gone.length === 0) continue
    const done = await new DeviceRebuild(rebuild, folder).run(() => onProgress({ done: sum.versions, total }))
    sum.versions += done.versions
    sum.newVersions += done.newVersions
    sum.forgotten += done.forgotten
    sum.newDevices += done.isNew ? 1 : 0
    sum.devices += 1
    onProgress({ done: sum.versions, total })
  }
  return sum
}

class DeviceRebuild {
  private readonly rebuild: VersionsToRebuild
  private readonly folder: DeviceVersions

  constructor(rebuild: VersionsToRebuild, folder: DeviceVersions) {
    this.rebuild = rebuild
    this.folder = folder
  }

  async run(onStep: () => void) {
    const { database, repository, findings } = this.rebuild
    const { deviceId, gone } = this.folder
    const known = await listKnownVersions(database.kysely, deviceId)
    const device = await findDevice(database.kysely, deviceId)
    if (device !== undefined && device.repositoryId !== repository.repositoryId) {
      findings.add({ kind: 'unknown-file', file: `snapshots/${deviceId}` })
      return { versions: 0, newVersions: 0, forgotten: 0, isNew: false }
    }
    const found = await this.read(known, onStep)
    if (device === undefined) await this.insertDevice(found)
    const knownIds = new Set(known.map(({ snapshotId }) => snapshotId))
    await this.save(found, knownIds)
    const forgotten = await this.dropForgotten(known, new Set(gone.map(({ id }) => id)))
    this.reportLost(known, found)
    await this.finish(this.headOf(found, known))
    const newVersions = found.filter(({ name }) => !knownIds.has(name.id)).length
    return { versions: found.length, newVersions, forgotten, isNew: device === undefined }
  }

  /** Whole files, one for each place in the chain; the others are put aside, unless a row knows them. */
  private async read(known: readonly KnownVersion[], onStep: () => void): Promise<readonly FoundVersion[]> {
    const { place, secrets, nowMs, signal, findings } = this.rebuild
    const knownIds = new Set(known.map(({ snapshotId }) => snapshotId))
    const whole: FoundVersion[] = []
    for await (const batch of readVersions(place, this.folder.versions, { secrets, nowMs, signal })) {
      for (const read of batch) {
        if (read.kind === 'version') whole.push(read.version)
        else await this.handleTorn(read, knownIds)
      }
      onStep()
    }
    const { chosen, others } = chooseVersions(whole, known)
    for (const { name } of others) await this.putAside(name, 'another version has its number')
    for (const { name, sealedWhy } of chosen)
      if (sealedWhy !== undefined) findings.add({ kind: 'version-sealed', version: name.id, why: sealedWhy })
    return chosen
  }

  /** What a row knows stays where it is: a restore by the row's own root may still do. */
  private async handleTorn(
    { name, why }: Extract<ReadVersion, { readonly kind: 'torn' }>,
    known: ReadonlySet<SnapshotId>,
  ): Promise<void> {
    if (known.has(name.id)) this.rebuild.findings.add({ kind: 'unreadable', file: `version ${name.id}`, why })
    else await this.putAside(name, why)
  }

  private async putAside(name: SnapshotName, why: string): Promise<void> {
    const { place, reached, findings } = this.rebuild
    await putAside(place, { path: place.snapshotFile(name), name: name.id }, reached)
    findings.add({ kind: 'put-aside', file: `version ${name.id}`, why })
  }

  private async insertDevice(found: readonly FoundVersion[]): Promise<void> {
    const { database, repository, subscriptions, randomness, nowMs } = this.rebuild
    const { customerId, repositoryId } = repository
    const { deviceId } = this.folder
    const [subscription] = await subscriptions.listOfCustomer(customerId)
    if (subscription === undefined) throw new Error(`customer ${customerId} has no plan`)
    const newest = found.at(-1)
    const tokenHash = randomness.bytes(32)
    await database.transaction(async (tx) => {
      const number = await nextNumber(tx, 'devices')
      await insertFoundDevice(tx, {
        deviceId,
        number,
        customerId,
        repositoryId,
        subscriptionId: subscription.subscriptionId,
        name: newest?.body.host || deviceId,
        tokenHash,
        agentVersion: newest?.body.agentVersion ?? '',
        connectedAt: found[0]?.envelope.serverTimeMs ?? nowMs,
        lastSeenAt: newest?.receivedAt ?? nowMs,
      })
    })
  }

  private async save(found: readonly FoundVersion[], known: ReadonlySet<SnapshotId>): Promise<void> {
    const { database, signal, reached } = this.rebuild
    // Words that could not be opened must not replace words that were.
    const worth = found.filter(({ name, sealedWhy }) => sealedWhy === undefined || !known.has(name.id))
    for (let at = 0; at < worth.length; at += versionsPerTransaction) {
      signal.throwIfAborted()
      const slice = worth.slice(at, at + versionsPerTransaction)
      await database.transaction((tx) => this.saveSlice(tx, slice, known))
      reached('rebuild:versions-committed')
    }
  }

  private async saveSlice(tx: Transaction, slice: readonly FoundVersion[], known: ReadonlySet<SnapshotId>): Promise<void> {
    const jobs = new Map<string, number>()
    for (const { body, receivedAt } of slice)
      if (!jobs.has(body.job)) jobs.set(body.job, (await findOrCreateJob(tx, this.folder.deviceId, body.job, receivedAt)).jobId)
    const rows = slice.map((version) => this.rowOf(version, jobs.get(version.body.job)!))
    await saveRuns(
      tx,
      rows.filter((row) => !row.isCheckpoint && !known.has(row.snapshotId)),
    )
    await saveVersions(tx, rows)
  }

  private rowOf({ name, envelope, body, fileBytes, receivedAt }: FoundVersion, jobId: number) {
    const { repositoryId, customerId } = this.rebuild.repository
    const id = publicSnapshotId(name.id)
    return {
      id,
      snapshotId: name.id,
      repositoryId,
      customerId,
      deviceId: this.folder.deviceId,
      jobId,
      runId: runIdOf(id),
      seq: name.seq,
      root: envelope.root,
      previous: envelope.previous,
      serverTimeAt: envelope.serverTimeMs,
      startedAt: body.startedMs,
      finishedAt: body.finishedMs,
      takenAt: body.takenMs,
      receivedAt,
      verdict: body.verdict,
      isCheckpoint: body.isCheckpoint,
      counts: body.counts,
      fileBytes,
      // Of no repository's present: nothing is concluded from a version whose packs were not looked at since.
      closureEpoch: 0,
      // The catalogue is filled afterwards, in order.
      catalogueVersion: undefined,
    } satisfies NewSnapshot
  }

  private async dropForgotten(known: readonly KnownVersion[], gone: ReadonlySet<SnapshotId>): Promise<number> {
    const dropped = known.filter(({ snapshotId }) => gone.has(snapshotId))
    if (dropped.length > 0)
      await this.rebuild.database.transaction(async (tx) => {
        for (const { id } of dropped) await dropVersion(tx, id)
      })
    return dropped.length
  }

  private reportLost(known: readonly KnownVersion[], found: readonly FoundVersion[]): void {
    const there = new Set([...found, ...this.folder.gone.map((name) => ({ name }))].map(({ name }) => name.id))
    const files = new Set(this.folder.versions.map(({ id }) => id))
    for (const { snapshotId } of known)
      if (!there.has(snapshotId) && !files.has(snapshotId))
        this.rebuild.findings.add({ kind: 'version-file-missing', version: snapshotId })
  }

  /** The end of the chain: a version that is there, that was forgotten, or of which only the row is left. */
  private headOf(found: readonly FoundVersion[], known: readonly KnownVersion[]): ChainEnd | undefined {
    const ends: readonly ChainEnd[] = [
      ...found.map(({ name }) => name),
      ...this.folder.gone,
      ...known.map(({ seq, snapshotId }) => ({ seq, id: snapshotId })),
    ]
    return ends.reduce<ChainEnd | undefined>((last, end) => (last === undefined || end.seq > last.seq ? end : last), undefined)
  }

  private async finish(head: ChainEnd | undefined): Promise<void> {
    const { database } = this.rebuild
    const { deviceId } = this.folder
    await database.transaction(async (tx) => {
      if (head !== undefined) await setHead(tx, { deviceId, seq: head.seq, snapshotId: head.id })
      await forgetInstances(tx, { deviceId })
      await recountVersions(tx, deviceId)
      await raiseStoredBytes(tx, deviceId)
    })
  }
}

type ChainEnd = Pick<SnapshotName, 'seq' | 'id'>

const versionsPerTransaction = 200

/** The same at every rebuild: the run of a version is not made twice. */
function runIdOf(version: Id<'snap'>): Id<'run'> {
  const id = version.replace('snap_', 'run_')
  if (!isId('run', id)) throw new RangeError(`no run can be named after ${version}`)
  return id
}
