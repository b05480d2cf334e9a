/**
 * What a drill or a reader met damaged is marked as a check marks it: the packs that hold it are read whole, and what does not open in any copy is
 * not served and not believed any more. Repair and the next backup see to the rest.
 */
import { type ChunkId, type PackId, parsePackId, type RepositorySecrets } from '../../engine/index.ts'
import type { OnBlamed } from '../checks/checks-service.ts'
import type { Database } from '../database/database.ts'
import { isLive } from '../packs/pack.ts'
import { findPack } from '../packs/packs-table.ts'
import type { RecordsService } from '../records/records-service.ts'
import type { Repository } from '../repositories/repository.ts'
import type { Clock } from '../runtime/clock.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'
import { verifyPack } from './verify-pack.ts'

export interface FoundDamage {
  readonly repository: Repository
  readonly secrets: RepositorySecrets
  readonly lostIds: readonly ChunkId[]
  readonly signal: AbortSignal
}

export type MarkFound = (found: FoundDamage) => Promise<void>

/** At most 4 GiB to read; the nightly check finds the rest. */
const maxPacksRead = 64

export function createMarkFound(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly pool: WorkerPool
  readonly records: Pick<RecordsService, 'locate'>
  readonly onBlamed: OnBlamed
  readonly reached: ReachedPoint
}): MarkFound {
  const { database, records, onBlamed } = options
  return async ({ repository, secrets, lostIds, signal }) => {
    const places = await records.locate(repository.repositoryId, lostIds)
    const packIds = new Set<PackId>([...places.values()].flat().map(({ packId }) => parsePackId(packId)))
    for (const packId of [...packIds].slice(0, maxPacksRead)) {
      signal.throwIfAborted()
      const pack = await findPack(database.kysely, repository.repositoryId, packId)
      if (pack === undefined || !isLive(pack.state)) continue
      const { blamed } = await verifyPack(pack, { ...options, repository, secrets, signal })
      await onBlamed(repository, blamed)
    }
  }
}
