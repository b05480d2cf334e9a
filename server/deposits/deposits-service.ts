/** Takes deposits (deposit.ts): one backup session each, side by side; their versions follow each other one at a time. */
import {
  type DirectoryEntry,
  depositedFolder,
  deriveKeys,
  type FileEntry,
  openVersion,
  parseDeviceId,
  sealSnapshotFile,
  type TreeEntry,
} from '../../engine/index.ts'
import type { BackupSessionsService, LiveSession } from '../backup-sessions/backup-sessions-service.ts'
import type { ClaimsService } from '../backup-sessions/claims-service.ts'
import type { UploadsService } from '../backup-sessions/uploads-service.ts'
import type { CommitsService } from '../commits/commits-service.ts'
import type { DevicesService } from '../devices/devices-service.ts'
import type { DeviceIdentity } from '../http/principal.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Id } from '../runtime/ids.ts'
import type { Randomness } from '../runtime/randomness.ts'
import { createTurns } from '../runtime/turns.ts'
import { publicSnapshotId, type Snapshot } from '../snapshots/snapshot.ts'
import type { SnapshotsService } from '../snapshots/snapshots-service.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { DepositError, type DepositedVersion, maxDepositsOfJob, maxFilesOfDeposit } from './deposit.ts'
import { DepositWriter, type FileToDeposit } from './deposit-writer.ts'
import { freeFolderName } from './file-name.ts'

export interface DepositTo {
  readonly device: DeviceIdentity
  readonly job: string
  /** Where the bytes come from. */
  readonly address: string
}

/** Disposed of without a commit, it is given up. */
export interface Deposit extends AsyncDisposable {
  readonly sessionId: Id<'bks'>
  /** What the box has stored for it so far; nothing for what it had already. */
  readonly storedBytes: number
  /** Bytes that it had. Throws DepositError `too-many-files`, and as packs are refused. */
  readonly addFile: (file: FileToDeposit) => Promise<number>
  /** `folder`: what the files lie in; it gets a number when the name is taken. Throws DepositError `full`, `lost`, and as commits do. */
  readonly commit: (version: { readonly folder: string; readonly tags: readonly string[] }) => Promise<DepositedVersion>
}

export interface DepositsService {
  /** Throws BackupRefusedError, VolumeError, SessionError. */
  readonly open: (to: DepositTo) => Promise<Deposit>
  /** Once a minute: ends what was going on when the box was stopped. */
  readonly dropLeft: () => Promise<void>
}

export interface DepositsOptions {
  readonly clock: Clock
  readonly randomness: Randomness
  readonly pool: WorkerPool
  readonly openSecrets: OpenSecrets
  readonly sessions: BackupSessionsService
  readonly claims: ClaimsService
  readonly uploads: UploadsService
  readonly commits: CommitsService
  readonly devices: Pick<DevicesService, 'listJobs' | 'noteAgent'>
  readonly snapshots: Pick<SnapshotsService, 'find'>
  readonly plaintexts: PlaintextsService
}

const staleHeadsMax = 10
/** Nobody shows it: the box writes for a device that no computer is. */
const noPrint = '0'.repeat(64)

export function createDeposits(options: DepositsOptions): DepositsService {
  const { sessions, clock, devices } = options
  const going = new Set<Id<'bks'>>()
  const turns = createTurns()

  return {
    open: async (to) => {
      const { device, job, address } = to
      const parent = await findNewest(to, options)
      const opened = await sessions.open({
        device,
        job,
        parent: parent?.snapshotId,
        instance: undefined,
        print: noPrint,
        address,
        isOfBox: true,
      })
      const { sessionId } = opened.session
      going.add(sessionId)
      // Whatever fails from here on, the session is nobody's any more: dropped now, or by the next minute.
      await using held = new AsyncDisposableStack()
      held.defer(() => void going.delete(sessionId))
      held.defer(() => sessions.drop(opened.session))
      await devices.noteAgent(device.deviceId, { address })
      const live = await sessions.get(device, sessionId)
      const secrets = await options.openSecrets(live.repository)
      const writer = new DepositWriter({ ...options, device, live, secrets })
      const startedMs = clock.now()
      let files = 0
      let bytes = 0
      const ending = held.move()
      return {
        sessionId,
        get storedBytes() {
          return writer.addedStoredBytes
        },
        addFile: async (file) => {
          if (files === maxFilesOfDeposit) throw new DepositError('too-many-files', `At most ${maxFilesOfDeposit} files at once.`)
          files += 1
          const sizeBytes = await writer.addFile(file)
          bytes += sizeBytes
          return sizeBytes
        },
        commit: async ({ folder, tags }) => {
          const entries = await writer.finishFiles()
          await writer.flush()
          const version = await turns.run(`${device.deviceId} ${job}`, () =>
            commitBeside({ to, live, writer, entries, folder, tags, startedMs, bytes }, options),
          )
          return { version, files, bytes }
        },
        // What was committed stays: its session is not open any more.
        [Symbol.asyncDispose]: () => ending.disposeAsync(),
      }
    },
    dropLeft: async () => {
      for (const session of await sessions.listOfBox()) if (!going.has(session.sessionId)) await sessions.drop(session)
    },
  }
}

interface ToCommit {
  readonly to: DepositTo
  readonly live: LiveSession
  readonly writer: DepositWriter
  readonly entries: readonly FileEntry[]
  readonly folder: string
  readonly tags: readonly string[]
  readonly startedMs: number
  readonly bytes: number
}

/** The folder beside those of the newest version, which is read only now: others may have come while this one was sent. */
async function commitBeside(deposit: ToCommit, options: DepositsOptions): Promise<Id<'snap'>> {
  const { to, live, writer, entries, folder, startedMs } = deposit
  const parent = await findNewest(to, options)
  const before = parent === undefined ? [] : await listTop(parent, live, options)
  const others = before.map(({ name }) => name.toString())
  const name = Buffer.from(freeFolderName(folder, others))
  const own = depositedFolder({ name, changedMs: startedMs, tree: writer.addFolder(entries) })
  const root = writer.addFolder([...before, own])
  await writer.flush()
  const secrets = await options.openSecrets(live.repository)
  let { given: head } = live.session
  for (let attempt = 0; attempt < staleHeadsMax; attempt += 1) {
    const bytes = sealSnapshotFile(deriveKeys(secrets), {
      root,
      device: parseDeviceId(to.device.deviceId),
      head,
      body: bodyOf(deposit, parent, options.clock.now()),
      compression: 'default',
      salt: options.randomness.bytes(saltBytes),
    })
    const { sessionId } = live.session
    const answer = await options.commits.commit({ device: to.device, sessionId, bytes, isCheckpoint: false })
    if (answer.kind === 'committed') return publicSnapshotId(answer.snapshotId)
    if (answer.kind === 'missing') throw new DepositError('lost', 'Something that had been stored was lost meanwhile.')
    head = answer.head
  }
  throw new DepositError('lost', 'Other versions took every place in the chain.')
}

const saltBytes = 32

function bodyOf({ to, writer, entries, tags, startedMs, bytes }: ToCommit, parent: Snapshot | undefined, nowMs: number) {
  return {
    job: to.job,
    startedMs,
    finishedMs: nowMs,
    takenMs: nowMs,
    verdict: 'ok' as const,
    isCheckpoint: false,
    counts: {
      files: (parent?.counts.files ?? 0) + entries.length,
      directories: (parent?.counts.directories ?? 0) + 1,
      symlinks: 0,
      others: 0,
      bytes: (parent?.counts.bytes ?? 0) + bytes,
      skipped: 0,
      newFiles: entries.length,
      changedFiles: 0,
      unchangedFiles: parent?.counts.files ?? 0,
      addedBytes: writer.addedBytes,
      addedStoredBytes: writer.addedStoredBytes,
    },
    skipped: [],
    sources: [Buffer.from('/')],
    excludes: [],
    host: to.device.name,
    platform: 'inbox',
    agentVersion: '',
    tags,
    parent: parent?.snapshotId,
  }
}

/** Of the job; what lies in the bin is passed over. */
async function findNewest(
  { device, job }: DepositTo,
  { devices, snapshots }: Pick<DepositsOptions, 'devices' | 'snapshots'>,
): Promise<Snapshot | undefined> {
  const found = (await devices.listJobs(device.deviceId)).find(({ name }) => name === job)
  return found?.newestVersion && snapshots.find(found.newestVersion)
}

async function listTop(
  parent: Snapshot,
  { repository }: LiveSession,
  { plaintexts }: Pick<DepositsOptions, 'plaintexts'>,
): Promise<readonly TreeEntry[]> {
  const version = openVersion(plaintexts.source(repository), parent.root)
  const { entries } = await version.listFolder(Buffer.alloc(0), { limit: maxDepositsOfJob })
  const folders = entries.filter((entry): entry is DirectoryEntry => entry.type === 'directory')
  if (folders.length >= maxDepositsOfJob)
    throw new DepositError('full', `This place holds ${maxDepositsOfJob} deliveries, and takes no more.`)
  return folders
}
