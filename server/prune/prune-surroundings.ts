import type { Database } from '../database/database.ts'
import type { PackTurns } from '../packs/pack-turns.ts'
import type { OpenSecrets } from '../repositories/repository-secrets.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import type { WorkerPool } from '../worker-pool/worker-pool.ts'

/** What the steps of the collector take from the box. */
export interface PruneSurroundings {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
  readonly log: Log
  readonly volumes: StorageVolumesService
  readonly turns: PackTurns
  readonly pool: WorkerPool
  readonly openSecrets: OpenSecrets
  /** Milliseconds that the box itself saw pass; stands still while it is off. */
  readonly readObservedTime: () => Promise<number>
  /** Of the disk that holds a folder. */
  readonly readSpace: (folder: string) => Promise<{ readonly freeBytes: number; readonly totalBytes: number }>
  readonly reached: ReachedPoint
}
