/** At boot, before anybody asks: what a crash left in the repositories is put right. Nothing that was acknowledged is touched. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { AlarmsService } from '../alarms/alarms-service.ts'
import { indexFoundPacks } from '../packs/index-found-packs.ts'
import { rebuildNeeded } from '../rebuild/rebuild-alarms.ts'
import { reconcileGeneration } from '../repositories/generation.ts'
import { listRepositories } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { makeRepositoryFolders, type RepositoryPlace, repositoryPlace } from '../repositories/repository-place.ts'
import { unlinkIfThere } from '../storage-volumes/durable-file.ts'
import { adoptVersions } from './adopt-versions.ts'
import type { CommitOptions } from './commits-service.ts'

export interface Adoption {
  readonly packsIndexed: number
  readonly versionsAdopted: number
  readonly filesQuarantined: number
}

export type Adopt = () => Promise<Adoption>

export interface AdoptOptions extends CommitOptions {
  /** Does to files what rows say was decided before the crash. Safe to call again. */
  readonly finishIntents: (repository: Repository) => Promise<void>
  readonly alarms: Pick<AlarmsService, 'raise'>
}

const nothingAdopted: Adoption = { packsIndexed: 0, versionsAdopted: 0, filesQuarantined: 0 }
const repositoriesPerPage = 100

export function createAdopt(options: AdoptOptions): Adopt {
  const { database, dataFolder, catalogue, log, reached, finishIntents } = options

  const adoptRepository = async (repository: Repository): Promise<Adoption> => {
    if (!options.volumes.isRight(repository.uid)) {
      log.error({ repository: repository.uid.toString('hex') }, 'the disk of this repository is not there: nothing is put right')
      return nothingAdopted
    }
    const place = repositoryPlace(dataFolder, repository.uid)
    makeRepositoryFolders(place)
    const age = await reconcileGeneration({ repository, place, finishIntents: () => finishIntents(repository), reached })
    if (age === 'old-dump') {
      await options.alarms.raise({ ...rebuildNeeded, detail: oldDumpText(repository) })
      log.error(
        { repository: repository.uid.toString('hex') },
        'the database is older than the stored files: run holdfast rebuild',
      )
      return nothingAdopted
    }
    await emptyTemporaryFolder(place)
    const packs = await indexFoundPacks({ ...options, repository, place })
    const versions = await adoptVersions({ ...options, repository, place })
    return {
      packsIndexed: packs.indexed,
      versionsAdopted: versions.adopted,
      filesQuarantined: packs.quarantined + versions.quarantined,
    }
  }

  return async () => {
    await catalogue.discardLeftovers()
    let sum = nothingAdopted
    for (let after = 0; ; ) {
      const page = await listRepositories(database.kysely, { after, limit: repositoriesPerPage })
      for (const repository of page) sum = add(sum, await adoptRepository(repository))
      const last = page.at(-1)
      if (last === undefined) break
      after = last.repositoryId
    }
    if (Object.values(sum).some((count) => count > 0)) options.log.info({ ...sum }, 'what a crash left was put right')
    return sum
  }
}

function oldDumpText({ uid, generation }: Repository): string {
  return `Repository ${uid.toString('hex')}: the database is at number ${generation}, its files are further.`
}

function add(one: Adoption, other: Adoption): Adoption {
  return {
    packsIndexed: one.packsIndexed + other.packsIndexed,
    versionsAdopted: one.versionsAdopted + other.versionsAdopted,
    filesQuarantined: one.filesQuarantined + other.filesQuarantined,
  }
}

/** Nobody writes there yet: whatever is in it belongs to uploads that were cut off. */
async function emptyTemporaryFolder(place: RepositoryPlace): Promise<void> {
  for (const name of await readdir(place.temporaryFolder)) await unlinkIfThere(join(place.temporaryFolder, name))
}
