/** Drills, put together: what they read by, and how they mark what they find. A part of the composition root. */
import type { OnBlamed } from './checks/checks-service.ts'
import { createDrills, type DrillsOptions, type DrillsService } from './drills/drills-service.ts'
import { createMarkFound } from './drills/mark-found.ts'
import type { ReachedPoint } from './storage-volumes/crash-points.ts'
import { createBlame } from './verification/blame-devices.ts'
import type { WorkerPool } from './worker-pool/worker-pool.ts'

export function createDrillsSide(
  options: Omit<DrillsOptions, 'markFound'> & {
    readonly pool: WorkerPool
    readonly alarms: Parameters<typeof createBlame>[0]['alarms']
    readonly reached: ReachedPoint
  },
): DrillsService {
  const onBlamed: OnBlamed = createBlame(options)
  return createDrills({ ...options, markFound: createMarkFound({ ...options, onBlamed }) })
}
