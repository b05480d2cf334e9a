/** Gives sealed records by id, in the order in which the disk gives them. Ids that the repository does not hold are left out. */
import { type ChunkId, type ChunkKey, chunkKey, type RecordSource } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { findRecordPlaces } from '../packs/chunks-table.ts'
import { type RecordPlace, readablePackStates } from '../packs/pack.ts'
import type { Repository, RepositoryId } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { Log } from '../runtime/log.ts'
import { createBufferPool } from '../storage-volumes/buffer-pool.ts'
import { readRoomBytes } from '../storage-volumes/direct-file.ts'
import { readAhead } from './read-ahead.ts'
import { planReads, runMaxBytes, type WantedRecord } from './read-plan.ts'
import { readElsewhere } from './record-files.ts'

export interface RecordsService {
  /** Every place where ids can be read, the best first. */
  readonly locate: (repositoryId: RepositoryId, ids: readonly ChunkId[]) => Promise<ReadonlyMap<ChunkKey, readonly RecordPlace[]>>
  /** Whole records, several at a time; they are views, good until the next step. */
  readonly read: (repository: Repository, ids: readonly ChunkId[], signal?: AbortSignal) => AsyncGenerator<readonly Buffer[]>
  /** The same as the engine wants it. */
  readonly source: (repository: Repository) => RecordSource
}

/** Of four readers at once. */
const maxKeptBuffers = 8

export function createRecordsService(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly log: Log
}): RecordsService {
  const { database, dataFolder, log } = options
  const pool = createBufferPool({ bufferBytes: runMaxBytes + readRoomBytes, maxKept: maxKeptBuffers })

  const locate: RecordsService['locate'] = (repositoryId, ids) =>
    findRecordPlaces(database.kysely, { repositoryId, ids, packStates: readablePackStates })

  /** Its pack may have been put together with others since it was located. */
  const readAgain = async (repository: Repository, wanted: WantedRecord): Promise<Buffer | undefined> => {
    const places = (await locate(repository.repositoryId, [wanted.id])).get(chunkKey(wanted.id)) ?? []
    return readElsewhere(repositoryPlace(dataFolder, repository.uid), { id: wanted.id, place: wanted.place }, places)
  }

  async function* read(repository: Repository, ids: readonly ChunkId[], signal?: AbortSignal): AsyncGenerator<readonly Buffer[]> {
    const place = repositoryPlace(dataFolder, repository.uid)
    const places = await locate(repository.repositoryId, ids)
    const runs = planReads(ids, places, chunkKey)
    for await (const { run, result } of readAhead({ place, runs, pool, signal })) {
      if (result.whole.length > 0) yield result.whole
      for (const wanted of result.broken) {
        const record =
          (await readElsewhere(place, wanted, places.get(chunkKey(wanted.id)) ?? [])) ?? (await readAgain(repository, wanted))
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
