/** Second copies, put together. A part of the composition root, beside uploads.ts, which is made first. */
import type { AlarmsService } from './alarms/alarms-service.ts'
import { type CopiesService, createCopiesService } from './copies/copies-service.ts'
import { createHealLostPack } from './copies/heal-lost-pack.ts'
import type { Database } from './database/database.ts'
import type { FindOtherCopy } from './repair/repair.ts'
import type { Clock } from './runtime/clock.ts'
import type { Log } from './runtime/log.ts'
import type { Randomness } from './runtime/randomness.ts'
import type { ReachedPoint } from './storage-volumes/crash-points.ts'
import type { Uploads } from './uploads.ts'
import type { WorkerPool } from './worker-pool/worker-pool.ts'

export interface CopiesSide {
  readonly copies: CopiesService
}

export function createCopiesSide(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly boxId: string
  readonly clock: Clock
  readonly randomness: Randomness
  readonly log: Log
  readonly pool: WorkerPool
  readonly alarms: AlarmsService
  readonly uploads: Pick<Uploads, 'repair' | 'volumes'>
  readonly findOtherCopy: FindOtherCopy
  readonly reached: ReachedPoint
}): CopiesSide {
  const { repair, volumes } = options.uploads
  const onPackLost = createHealLostPack({ ...options, repair })
  return { copies: createCopiesService({ ...options, onPackLost, isRightDisk: volumes.isRight }) }
}
