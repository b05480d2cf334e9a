/**
 * What "the box has it" is worth: a claim. Whoever hears it may leave the chunk out, so the pack that holds it is kept while the
 * session lives: stamped with the session's number, and taken back where it was condemned.
 */
import { type ChunkId, type ChunkKey, chunkKey } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { findClaimablePacks } from '../packs/chunks-table.ts'
import { isLive, type PackNumber } from '../packs/pack.ts'
import { claimPacks, listPackStatesLocked } from '../packs/packs-table.ts'
import { demandCurrentIndex } from '../repositories/generation.ts'
import { findRepository, lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { repositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { LiveSession } from './backup-sessions-service.ts'

export interface ClaimsService {
  /** For each id, whether the device may leave it out. Throws RepositoryError `rebuild-needed`. */
  readonly have: (live: LiveSession, ids: readonly ChunkId[]) => Promise<readonly boolean[]>
}

export function createClaimsService(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly clock: Clock
}): ClaimsService {
  const { database, dataFolder, clock } = options

  return {
    have: async ({ session, repository }, ids) => {
      const { repositoryId } = repository
      const question = { repositoryId, deviceId: session.deviceId, ids }
      // Looked up without the lock, as it takes the longest; kept only if nothing that could change the answer happened meanwhile.
      const place = repositoryPlace(dataFolder, repository.uid)
      const before = await demandCurrentIndex(place, () => findRepository(database.kysely, repositoryId))
      const early = await findClaimablePacks(database.kysely, question)
      return database.transaction(async (tx) => {
        const now = await lockRepository(tx, repositoryId)
        const found = isSame(before, now) ? early : await findClaimablePacks(tx, question)
        const states = await listPackStatesLocked(tx, numbersOf(found))
        const isHeld = (pack: PackNumber) => isLive(states.get(pack) ?? 'purged')
        const claimed = [...states.keys()].filter(isHeld)
        await claimPacks(tx, { packs: claimed, sessionSeq: session.seq, nowMs: clock.now() })
        return ids.map((id) => found.get(chunkKey(id))?.some(isHeld) ?? false)
      })
    },
  }
}

function isSame(before: Repository, now: Repository): boolean {
  return before.generation === now.generation && before.closureEpoch === now.closureEpoch
}

function numbersOf(found: ReadonlyMap<ChunkKey, readonly PackNumber[]>): readonly PackNumber[] {
  return [...new Set([...found.values()].flat())]
}
