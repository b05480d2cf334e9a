/**
 * Takes a pack that a copy found lost out of what the box promises, by the same marks as a check; and when a copy has it whole, brings
 * it back at once. What no copy has is left to whoever repairs.
 */
import { markHurt } from '../checks/mark-hurt.ts'
import type { Database } from '../database/database.ts'
import type { FindOtherCopy } from '../repair/repair.ts'
import type { RepairService } from '../repair/repair-service.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OnPackLost } from './copy-run.ts'

export function createHealLostPack(options: {
  readonly database: Database
  readonly clock: Clock
  readonly findOtherCopy: FindOtherCopy
  readonly repair: Pick<RepairService, 'repair'>
}): OnPackLost {
  const { database, clock, findOtherCopy, repair } = options
  return async (repository, { packId, state }, signal) => {
    const packs = [{ packId, state, lost: [] }]
    await database.transaction((tx) => markHurt(tx, { repository, packs, nowMs: clock.now() }))
    if ((await findOtherCopy({ uid: repository.uid, packId })) === undefined) return
    await repair.repair(repository, { also: [packId], signal })
  }
}
