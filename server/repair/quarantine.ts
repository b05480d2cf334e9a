/** Files that their rows say were put aside: moved to quarantine/, never deleted. A crash in between is made good at the next start. */
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { PackId } from '../../engine/index.ts'
import type { Database } from '../database/database.ts'
import { listPacksInStates } from '../packs/packs-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { type RepositoryPlace, repositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { syncFolder } from '../storage-volumes/durable-file.ts'

/** The twin keeps its own name beside it; an older file of that name, put aside before, gives way to nothing: a number is added. */
export async function quarantinePack(place: RepositoryPlace, packId: PackId, reached: ReachedPoint): Promise<void> {
  const copies = [
    { file: place.packFile(packId), name: packId as string },
    { file: place.twinPackFile(packId), name: `${packId}.2` },
  ]
  for (const { file, name } of copies) {
    if (!existsSync(file)) continue
    await rename(file, freeName(join(place.quarantineFolder, name)))
    reached('quarantine:renamed')
    await syncFolder(place.quarantineFolder)
    await syncFolder(dirname(file))
    reached('quarantine:folder-synced')
  }
}

function freeName(path: string): string {
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? path : `${path}-${number}`
    if (!existsSync(name)) return name
  }
}

const packsPerPage = 1000

/** At boot, before packs without rows are looked for. */
export async function finishQuarantines(
  repository: Repository,
  options: { readonly database: Database; readonly dataFolder: string; readonly reached: ReachedPoint },
): Promise<void> {
  const place = repositoryPlace(options.dataFolder, repository.uid)
  for (let after = 0; ; ) {
    const question = { repositoryId: repository.repositoryId, states: ['quarantined'], after, limit: packsPerPage } as const
    const page = await listPacksInStates(options.database.kysely, question)
    for (const { packId } of page) await quarantinePack(place, packId, options.reached)
    const last = page.at(-1)
    if (last === undefined) return
    after = last.pack
  }
}
