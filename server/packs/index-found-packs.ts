import type { PackId } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Clock } from '../runtime/clock.ts'
import type { Log } from '../runtime/log.ts'
import { insertPackRows } from './insert-pack-rows.ts'
import { ensureTwin, listPackFiles, quarantineFile, readPackFile } from './pack-files.ts'
import { visitPackIdsByFolder } from './packs-table.ts'

interface FoundPacks {
  readonly database: Database
  readonly repository: Repository
  readonly place: RepositoryPlace
  readonly clock: Clock
  readonly log: Log
}

/** Gives rows to packs that have none. A file that is no whole pack of this repository goes to quarantine. */
export async function indexFoundPacks(options: FoundPacks): Promise<{ readonly indexed: number; readonly quarantined: number }> {
  const { database, repository, place } = options
  const done = { indexed: 0, quarantined: 0 }
  await visitPackIdsByFolder(database.kysely, repository.repositoryId, async ({ prefix, known }) => {
    for (const packId of await listPackFiles(place, prefix)) if (!known.has(packId)) done[await indexPack(options, packId)] += 1
  })
  return done
}

async function indexPack(
  { database, repository, place, clock, log }: FoundPacks,
  packId: PackId,
): Promise<'indexed' | 'quarantined'> {
  const { repositoryId, uid } = repository
  const found = await readPackFile(place.packFile(packId), packId)
  if (found === undefined || !found.index.uid.equals(uid)) {
    await quarantineFile(place, place.packFile(packId), packId)
    log.warn({ pack: packId }, 'a file among the packs is no whole pack; it was put aside')
    return 'quarantined'
  }
  if (found.index.kind === 'tree') await ensureTwin(place, packId)
  const rows = { repositoryId, packId, ...found, sender: undefined, nowMs: clock.now() }
  await database.transaction((tx) => insertPackRows(tx, rows))
  return 'indexed'
}
