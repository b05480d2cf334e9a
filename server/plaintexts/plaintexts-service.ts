/**
 * Opened records for whoever reads versions on the box: pages, downloads, search. Located by SQL here, read and opened by worker
 * threads; trees and lists are kept for a while, because whoever looks around comes back to them.
 */
import {
  type ChunkId,
  type ChunkKey,
  chunkKey,
  FormatError,
  isLoss,
  MissingChunksError,
  type PlaintextSource,
  type RepositorySecrets,
  recordTypes,
} from '../../engine/index.ts'
import { demandDisk } from '../checks/present-disk.ts'
import type { RecordPlace } from '../packs/pack.ts'
import { createBoundedCache } from '../repositories/bounded-cache.ts'
import type { Repository, RepositoryId } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { filePlaces } from './file-places.ts'

export type LocateRecords = (
  repositoryId: RepositoryId,
  ids: readonly ChunkId[],
) => Promise<ReadonlyMap<ChunkKey, readonly RecordPlace[]>>

export interface PlaintextsService {
  /**
   * @throws MissingChunksError when an id is stored nowhere, FormatError `record-damaged` when no copy of it opens, VolumeError `wrong`
   * when the disk is not there
   */
  readonly source: (repository: Repository, asker?: Asker) => PlaintextSource
}

/** Who asks: somebody who waits for it, unless told otherwise. What nobody waits for is not kept either, so that it reads what lies there. */
export interface Asker {
  readonly isUrgent: boolean
  readonly signal?: AbortSignal
}

const somebodyWaits: Asker = { isUrgent: true }

const keptBytesMax = 32 * 1024 ** 2
/** One task's share: small enough that both threads work and a page's question does not wait long behind a download's. */
const taskBytesMax = 4 * 1024 ** 2
const taskRecordsMax = 32

const rememberedFailures = 10_000

/** Smaller ones are not worth it. */
const releaseMinBytes = 4 * 1024

interface Located {
  readonly id: ChunkId
  readonly places: readonly RecordPlace[]
}

export function createPlaintexts(options: {
  readonly locate: LocateRecords
  readonly openSecrets: OpenSecrets
  readonly pool: WorkerPool
  readonly dataFolder: string
  /** Told of what somebody waited for and no copy of opened. */
  readonly onLost: (repository: Repository, id: ChunkId) => void
}): PlaintextsService {
  const { locate, openSecrets, pool, dataFolder, onLost } = options
  /** Bytes of files, each made for one caller: nobody else has them. */
  const fresh = new WeakSet<Buffer>()
  const kept = createBoundedCache<string, Buffer>({ maxWeight: keptBytesMax, weigh: ({ length }) => length })
  /** What did not open when it was last asked for, until it is marked or opens again. */
  const failed = createBoundedCache<string, true>({ maxWeight: rememberedFailures })
  const nameOf = ({ repositoryId }: Repository, id: ChunkId) => `${repositoryId}/${chunkKey(id)}`

  const readLocated = async (
    repository: Repository,
    located: readonly Located[],
    asker: Asker,
  ): Promise<ReadonlyMap<ChunkKey, Buffer>> => {
    const secrets = tight(await openSecrets(repository))
    const files = repositoryPlace(dataFolder, repository.uid)
    // Not the ids themselves: each is a view of a whole folder's bytes, and all of these would be copied to the thread.
    const ids = Uint8Array.from(Buffer.concat(located.map(({ id }) => id)))
    const places = located.map((record) => filePlaces(files, record.places))
    const answer = await pool.run('open-records', { secrets, ids, places }, asker)
    const broken = located.flatMap(({ id }, index) => (answer.records[index]!.kind === 'failed' ? [id] : []))
    return new Map(
      answer.records.map((record, index) => {
        const { id } = located[index]!
        if (record.kind === 'failed') throw new BrokenRecordsError(broken, `record ${id.toString('hex')}: ${record.why}`)
        const plaintext = asBuffer(record.plaintext)
        if (record.type === recordTypes.data) fresh.add(plaintext)
        else if (asker.isUrgent) kept.set(nameOf(repository, id), plaintext)
        return [chunkKey(id), plaintext]
      }),
    )
  }

  /** A pack may have been put together with others between the question where a record lies and the reading: asked once more. */
  const readOrLocateAgain = async (repository: Repository, task: readonly Located[], asker: Asker) => {
    try {
      return await readLocated(repository, task, asker)
    } catch (error) {
      if (!(error instanceof FormatError)) throw error
    }
    const ids = task.map(({ id }) => id)
    try {
      return await readLocated(repository, await locateAll(locate, repository.repositoryId, ids), asker)
    } catch (error) {
      if (error instanceof BrokenRecordsError) noteBroken(repository, error.ids, asker)
      throw error
    }
  }

  const noteBroken = (repository: Repository, ids: readonly ChunkId[], asker: Asker) => {
    // A disk that is not mounted looks like the loss of everything.
    demandDisk(dataFolder, repository)
    if (!asker.isUrgent) return
    for (const id of ids) {
      failed.set(nameOf(repository, id), true)
      onLost(repository, id)
    }
  }

  const findLost = async (repository: Repository, ids: readonly ChunkId[], asker: Asker): Promise<readonly ChunkId[]> => {
    const places = await locate(repository.repositoryId, ids)
    const lost = ids.filter((id) => !places.has(chunkKey(id)))
    // What did not open before may have been read badly, or have come anew.
    for (const id of ids) if (failed.get(nameOf(repository, id)) === true && !(await opens(repository, id, asker))) lost.push(id)
    return lost
  }

  const opens = async (repository: Repository, id: ChunkId, asker: Asker): Promise<boolean> => {
    try {
      for (const plaintext of (await readPlaintexts(repository, [id], asker)).values()) release(plaintext)
    } catch (error) {
      if (isLoss(error)) return false
      throw error
    }
    failed.delete(nameOf(repository, id))
    return true
  }

  const readPlaintexts = async (
    repository: Repository,
    ids: readonly ChunkId[],
    asker: Asker,
  ): Promise<ReadonlyMap<ChunkKey, Buffer>> => {
    const found = new Map<ChunkKey, Buffer>()
    const absent = new Map<ChunkKey, ChunkId>()
    for (const id of ids) {
      const key = chunkKey(id)
      const plaintext = asker.isUrgent ? kept.get(nameOf(repository, id)) : undefined
      if (plaintext !== undefined) found.set(key, plaintext)
      else absent.set(key, id)
    }
    if (absent.size === 0) return found
    const located = await locateAll(locate, repository.repositoryId, [...absent.values()])
    const parts = await Promise.all(tasksOf(located).map((task) => readOrLocateAgain(repository, task, asker)))
    for (const part of parts) for (const [key, plaintext] of part) found.set(key, plaintext)
    return found
  }

  /** Detaches it, which frees its memory: threads hand over whole buffers. Left to the garbage collector, it would run all the time. */
  const release = (bytes: Buffer) => {
    if (bytes.length >= releaseMinBytes && fresh.delete(bytes) && bytes.buffer instanceof ArrayBuffer) bytes.buffer.transfer(0)
  }

  return {
    source: (repository, asker = somebodyWaits) => ({
      readPlaintexts: (ids) => readPlaintexts(repository, ids, asker),
      findLost: (ids) => findLost(repository, ids, asker),
      release,
    }),
  }
}

/** None of their copies opens. */
class BrokenRecordsError extends FormatError {
  readonly ids: readonly ChunkId[]

  constructor(ids: readonly ChunkId[], message: string) {
    super('record-damaged', message)
    this.ids = ids
  }
}

async function locateAll(
  locate: LocateRecords,
  repositoryId: RepositoryId,
  ids: readonly ChunkId[],
): Promise<readonly Located[]> {
  const places = await locate(repositoryId, ids)
  const missing = ids.filter((id) => !places.has(chunkKey(id)))
  if (missing.length > 0)
    throw new MissingChunksError(missing, `${missing.length} records that a version needs are stored nowhere`)
  return ids.map((id) => ({ id, places: places.get(chunkKey(id)) ?? [] }))
}

/** In the order of the disk, in shares that the threads take in turn. */
function tasksOf(located: readonly Located[]): readonly (readonly Located[])[] {
  const sorted = located.toSorted((a, b) => a.places[0]!.pack - b.places[0]!.pack || a.places[0]!.offset - b.places[0]!.offset)
  const tasks: Located[][] = []
  let bytes = 0
  for (const record of sorted) {
    const { length } = record.places[0]!
    const last = tasks.at(-1)
    if (last === undefined || last.length === taskRecordsMax || bytes + length > taskBytesMax) {
      tasks.push([record])
      bytes = length
    } else {
      last.push(record)
      bytes += length
    }
  }
  return tasks
}

/** With memory of their own: of a view, a thread is given a copy of all that lies beneath. */
function tight({ uid, dedupKey, encryptionKeys }: RepositorySecrets): RepositorySecrets {
  const copy = (bytes: Buffer) => Buffer.from(Uint8Array.from(bytes).buffer)
  return { uid: copy(uid), dedupKey: copy(dedupKey), encryptionKeys: encryptionKeys.map(copy) }
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
