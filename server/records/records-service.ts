/** Gives sealed records by id, in the order in which the disk gives them. Ids that the repository does not hold are left out. */
import { type ChunkId, type ChunkKey, chunkKey, type RecordSource } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { findRecordPlaces } from '../packs/chunks-table.ts'
import { type RecordPlace, readablePackStates } from '../packs/pack.ts'
import type { Repository, RepositoryId } from '../repositories/repository.ts'
import { type RepositoryPlace, repositoryPlace } from '../repositories/repository-place.ts'
import type { Log } from '../runtime/log.ts'
import { planReads, type ReadRun } from './read-plan.ts'
import { readElsewhere, readRun } from './record-files.ts'

export interface RecordsService {
  /** Every place where ids can be read, the best first. */
  readonly locate: (repositoryId: RepositoryId, ids: readonly ChunkId[]) => Promise<ReadonlyMap<ChunkKey, readonly RecordPlace[]>>
  /** Whole records, several at a time; they are views, good until the next step. */
  readonly read: (repository: Repository, ids: readonly ChunkId[], signal?: AbortSignal) => AsyncGenerator<readonly Buffer[]>
  /** The same as the engine wants it. */
  readonly source: (repository: Repository) => RecordSource
}

export function createRecordsService(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly log: Log
}): RecordsService {
  const { database, dataFolder, log } = options

  const locate: RecordsService['locate'] = (repositoryId, ids) =>
    findRecordPlaces(database.kysely, { repositoryId, ids, packStates: readablePackStates })

  async function* read(repository: Repository, ids: readonly ChunkId[], signal?: AbortSignal): AsyncGenerator<readonly Buffer[]> {
    const place = repositoryPlace(dataFolder, repository.uid)
    const places = await locate(repository.repositoryId, ids)
    for await (const { run, result } of readAhead(place, planReads(ids, places, chunkKey), signal)) {
      if (result.whole.length > 0) yield result.whole
      for (const wanted of result.broken) {
        const record = await readElsewhere(place, wanted, places.get(chunkKey(wanted.id)) ?? [])
        const fields = { repository: repository.uid.toString('hex'), pack: run.packId, offset: wanted.place.offset }
        log.error({ ...fields, isHealed: record !== undefined }, 'a stored record is damaged')
        if (record !== undefined) yield [record]
      }
    }
  }

  return {
    locate,
    read,
    source: (repository) => ({
      readRecords: async function* (ids, signal) {
        for await (const records of read(repository, ids, signal)) yield* records
      },
    }),
  }
}

type RunResult = Awaited<ReturnType<typeof readRun>>

/** Reads one run ahead of whoever takes them, into two buffers in turn. */
async function* readAhead(
  place: RepositoryPlace,
  runs: readonly ReadRun[],
  signal: AbortSignal | undefined,
): AsyncGenerator<{ readonly run: ReadRun; readonly result: RunResult }> {
  const buffers: Buffer[] = []
  const begin = (index: number): Promise<RunResult> | undefined => {
    const run = runs[index]
    if (run === undefined) return undefined
    const known = buffers[index % 2]
    const buffer = known !== undefined && known.length >= run.length ? known : Buffer.allocUnsafeSlow(run.length)
    buffers[index % 2] = buffer
    const reading = readRun(place, run, buffer)
    // Whoever stops early leaves it unobserved.
    reading.catch(() => {})
    return reading
  }
  let next = begin(0)
  for (const [index, run] of runs.entries()) {
    signal?.throwIfAborted()
    const result = await next!
    next = begin(index + 1)
    yield { run, result }
  }
}
