/** Takes a pack that a copy found lost out of what the box promises, by the same marks as a check; whoever repairs takes it from there. */
import { markHurt } from '../checks/mark-hurt.ts'
import type { Database } from '../database/database.ts'
import type { Clock } from '../runtime/clock.ts'
import type { OnPackLost } from './copy-run.ts'

export function createMarkLostPack({ database, clock }: { readonly database: Database; readonly clock: Clock }): OnPackLost {
  return async (repository, { packId, state }) => {
    const packs = [{ packId, state, lost: [] }]
    await database.transaction((tx) => markHurt(tx, { repository, packs, nowMs: clock.now() }))
  }
}
