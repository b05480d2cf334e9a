import type { Database } from '../database/database.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import { insertPackRows } from './insert-pack-rows.ts'
import { ensureTwin, listPackFiles, quarantineFile, readPackFile } from './pack-files.ts'
import { listPackIds } from './packs-table.ts'

/** Gives rows to packs that have none. A file that is no whole pack of this repository goes to quarantine. */
export async function indexFoundPacks(options: {
  readonly database: Database
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly clock: Clock
  readonly log: Log
}): Promise<{ readonly indexed: number; readonly quarantined: number }> {
  const { database, repository, place, clock, log } = options
  const { repositoryId, uid } = repository
  const known = await listPackIds(database.kysely, repositoryId)
  const done = { indexed: 0, quarantined: 0 }
  for await (const packIds of listPackFiles(place)) {
    for (const packId of packIds) {
      if (known.has(packId)) continue
      const found = await readPackFile(place.packFile(packId), packId)
      if (found === undefined || !found.index.uid.equals(uid)) {
        await quarantineFile(place, place.packFile(packId), packId)
        log.warn({ pack: packId }, 'a file among the packs is no whole pack; it was put aside')
        done.quarantined += 1
        continue
      }
      if (found.index.kind === 'tree') await ensureTwin(place, packId)
      const rows = { repositoryId, packId, ...found, sender: undefined, nowMs: clock.now() }
      await database.transaction((tx) => insertPackRows(tx, rows))
      done.indexed += 1
    }
  }
  return done
}
