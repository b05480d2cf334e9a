/** A box with one computer whose versions have a file each, and second copies of it in any storage. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ChunkId,
  openFileRepository,
  openVersion,
  type PackId,
  plaintextSource,
  type RecordSource,
  type SnapshotId,
  type Storage,
  snapshotFileName,
  storageBelow,
} from '../../engine/index.ts'
import { actingOnTheBox } from '../../server/audit/audit.ts'
import { writeGone } from '../../server/commits/snapshot-files.ts'
import { type CopiesOptions, createCopiesService } from '../../server/copies/copies-service.ts'
import * as table from '../../server/copies/copies-table.ts'
import type { Copy, CopyRunResult } from '../../server/copies/copy.ts'
import { watchedPlace } from '../../server/copies/copy-place.ts'
import { CopyTally } from '../../server/copies/copy-run.ts'
import { createFindOtherCopy } from '../../server/copies/find-other-copy.ts'
import { createHealLostPack } from '../../server/copies/heal-lost-pack.ts'
import { copyBuffers, type RunToDo, runCopy } from '../../server/copies/run-copy.ts'
import { packStates } from '../../server/packs/pack.ts'
import { raiseGeneration, writeGenerationFile } from '../../server/repositories/generation.ts'
import type { Repository } from '../../server/repositories/repository.ts'
import { repositoryPlace } from '../../server/repositories/repository-place.ts'
import { silentLog } from '../../server/runtime/log.ts'
import { systemRandomness } from '../../server/runtime/randomness.ts'
import { nothingAtPoints, type ReachedPoint } from '../../server/storage-volumes/crash-points.ts'
import { connectComputer, type TestComputer, type UploadBox, uploadBox } from './upload-box.ts'
import { commitTree, VersionWriter } from './version-writer.ts'

export const boxId = 'box_testtesttesttesttest'
const memoryFolder = '/dev/shm'

/** A version as the test made it: its one file, and the packs that hold nothing else. */
export interface MadeVersion {
  readonly id: SnapshotId
  readonly seq: number
  /** Of its file. */
  readonly name: string
  readonly bytes: Buffer
  readonly packs: readonly PackId[]
}

export interface RaisedAlarm {
  readonly code: string
  readonly subject: string
  readonly detail: string
}

export interface CopiedBox extends AsyncDisposable {
  readonly upload: UploadBox
  readonly computer: TestComputer
  /** Where copies may go. */
  readonly places: string
  /** Raised and not settled. */
  readonly alarms: Map<string, RaisedAlarm>
  readonly copies: ReturnType<typeof createCopiesService>
  readonly copiesWith: (more: Partial<CopiesOptions>) => ReturnType<typeof createCopiesService>
  readonly findOtherCopy: ReturnType<typeof createFindOtherCopy>
  readonly add: (name?: string) => Promise<Copy>
  readonly getRepository: () => Promise<Repository>
  /** With one file of random bytes, and nothing of the version before. */
  readonly makeVersion: (sizeBytes?: number) => Promise<MadeVersion>
  /** Small packs that no version needs yet. */
  readonly sendPacks: (count: number) => Promise<readonly PackId[]>
  /** As retention and the collector do it, all waits over. */
  readonly forget: (version: MadeVersion) => Promise<void>
  readonly purge: (version: MadeVersion) => Promise<void>
  /** Its records are stored again in packs of their own, and the old packs purged. */
  readonly repack: (version: MadeVersion) => Promise<void>
  /** A run into a storage of the test's own. */
  readonly runInto: (copy: Copy, storage: Storage, more?: RunInto) => Promise<CopyRunResult>
  /** What the versions of a copy restore to, by number; those with a tombstone there are left out. */
  readonly restoreAll: (storage: Storage) => Promise<ReadonlyMap<number, Buffer>>
}

export interface RunInto extends Partial<Pick<RunToDo, 'readingBack' | 'isCopying'>> {
  readonly reached?: ReachedPoint
  readonly signal?: AbortSignal
}

export async function copiedBox(): Promise<CopiedBox> {
  const upload = await uploadBox()
  const computer = await connectComputer(upload)
  const { box } = upload
  const { kysely } = box.database
  const folder = mkdtempSync(join(existsSync(memoryFolder) ? memoryFolder : tmpdir(), 'holdfast-copies-'))
  const alarms = new Map<string, RaisedAlarm>()
  const raise = async (alarm: RaisedAlarm) => void alarms.set(alarm.code, alarm)
  const settle = async ({ code }: { readonly code: string }) => void alarms.delete(code)
  const findOtherCopy = createFindOtherCopy({ database: box.database, log: silentLog })
  const common: CopiesOptions = {
    database: box.database,
    dataFolder: box.dataFolder,
    boxId,
    clock: box.clock,
    randomness: systemRandomness,
    log: silentLog,
    pool: box.pool,
    alarms: { raise, settle, report: (key, alarm) => (alarm === undefined ? settle(key) : raise({ ...key, ...alarm })) },
    onPackLost: createHealLostPack({ ...box, findOtherCopy, repair: box.uploads.repair }),
    isRightDisk: box.uploads.volumes.isRight,
    reached: nothingAtPoints,
  }
  const copies = createCopiesService(common)
  const getRepository = async () => (await box.repositories.findOfCustomer(box.customer.customerId))!
  const schedule = { everyHours: 24, atHour: undefined } as const
  let made = 0

  const purge = async ({ packs }: Pick<MadeVersion, 'packs'>) => {
    const { repositoryId, uid } = await getRepository()
    const generation = await box.database.transaction((tx) => raiseGeneration(tx, repositoryId))
    await writeGenerationFile(repositoryPlace(box.dataFolder, uid), generation, nothingAtPoints)
    for (const packId of packs) {
      await kysely
        .updateTable('packs')
        .set({ state: packStates.purged, state_at: box.clock.now() })
        .where('pack_id', '=', Buffer.from(packId, 'hex'))
        .execute()
      rmSync(computer.place.packFile(packId))
      rmSync(computer.place.twinPackFile(packId), { force: true })
    }
  }

  return {
    upload,
    computer,
    places: folder,
    alarms,
    copies,
    findOtherCopy,
    copiesWith: (more) => createCopiesService({ ...common, ...more }),
    getRepository,
    add: (name = 'place') =>
      copies.add(
        {
          ...{ folder: join(folder, name), isSameDiskAllowed: true, isTakingOver: false },
          ...{ name, schedule, limitBytesPerSecond: undefined, isPaused: false },
        },
        actingOnTheBox,
      ),
    makeVersion: async (sizeBytes = 3000) => {
      made += 1
      box.clock.advance(60_000)
      const writer = new VersionWriter(computer.secrets)
      const name = `file-${made}`
      const bytes = randomBytes(sizeBytes)
      const root = writer.tree([writer.file(name, bytes)])
      const session = await computer.target.openSession({ job: 'documents', parent: undefined })
      const packs = writer.takePacks()
      for (const pack of packs) await session.putPack(pack)
      const { seq } = session.head
      const answer = await commitTree(session, writer, { root, device: computer.device })
      if (answer.kind !== 'committed') throw new Error(`not committed: ${answer.kind}`)
      return { id: answer.id, seq, name, bytes, packs: packs.map(({ id }) => id) }
    },
    sendPacks: async (count) => {
      const session = await computer.target.openSession({ job: 'documents', parent: undefined })
      const writer = new VersionWriter(computer.secrets)
      const sent: PackId[] = []
      for (let index = 0; index < count; index += 1) {
        writer.data(randomBytes(100))
        for (const pack of writer.takePacks()) {
          await session.putPack(pack)
          sent.push(pack.id)
        }
      }
      return sent
    },
    forget: async ({ id, seq }) => {
      const name = { device: computer.device, seq, id }
      await writeGone(computer.place, name, nothingAtPoints)
      await kysely.deleteFrom('snapshots').where('snapshot_id', '=', Buffer.from(id, 'hex')).execute()
      rmSync(computer.place.snapshotFile(name))
    },
    purge,
    repack: async (version) => {
      const writer = new VersionWriter(computer.secrets)
      writer.tree([writer.file(version.name, version.bytes)])
      const session = await computer.target.openSession({ job: 'documents', parent: undefined })
      for (const pack of writer.takePacks()) await session.putPack(pack)
      await purge(version)
    },
    runInto: async (copy, storage, more = {}) => {
      const { readingBack = 'nothing', isCopying = true, reached = nothingAtPoints, signal = new AbortController().signal } = more
      const history = await table.findHistory(kysely, copy.copyId)
      return runCopy(
        {
          ...{ copy, database: box.database, pool: box.pool, clock: box.clock, log: silentLog, rate: undefined },
          placeOf: ({ uid }) => repositoryPlace(box.dataFolder, uid),
          open: async () => watchedPlace(storage, copy.placeUid),
          ...{
            buffers: copyBuffers(),
            onPackLost: common.onPackLost,
            isRightDisk: common.isRightDisk,
            reached,
            signal,
            tally: new CopyTally(() => {}),
          },
        },
        { history, dataFolder: box.dataFolder, readingBack, isCopying },
      )
    },
    restoreAll: async (storage) => {
      const { uid } = await getRepository()
      const place = storageBelow(storage, `repositories/${uid.toString('hex')}`)
      const { secrets } = computer
      const repository = await openFileRepository({ storage: place, secrets, now: () => 0 })
      const restored = new Map<number, Buffer>()
      for await (const { id, envelope } of repository.listSnapshots()) {
        const name = snapshotFileName({ device: envelope.device, seq: envelope.seq, id })
        if ((await place.find(`${name}.gone`)) !== undefined) continue
        restored.set(envelope.seq, await readOne(repository, envelope.root))
      }
      return restored
    },
    [Symbol.asyncDispose]: async () => {
      await computer[Symbol.asyncDispose]()
      await upload[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }

  /** Through the same proofs as a restore to a disk, without the disk. */
  async function readOne(records: RecordSource, root: ChunkId): Promise<Buffer> {
    const version = openVersion(plaintextSource(records, computer.secrets), root)
    for await (const { entry } of version.walk(Buffer.alloc(0))) {
      if (entry.type === 'file') return Buffer.concat(await Array.fromAsync(version.readFile(entry)))
    }
    throw new Error('the version holds no file')
  }
}
