import type { Repositories } from '../repositories/repositories-service.ts'
import type { Repository, RepositoryId } from '../repositories/repository.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { type RepositoryPlace, repositoryPlace } from '../repositories/repository-place.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'

/** A repository's files, while they lie where they lie. */
export interface RepositoryWriting {
  readonly place: RepositoryPlace
  /** Writes to the disk that the repository is on. */
  readonly write: <Result>(work: () => Promise<Result>) => Promise<Result>
  /** False: another disk is there, or none. What its folders hold, or lack, says nothing then. */
  readonly isRight: boolean
}

/** Runs work during which the repository is not moved. */
export type WriteInRepository = <Result>(
  repositoryId: RepositoryId,
  work: (writing: RepositoryWriting) => Promise<Result>,
) => Promise<Result>

export interface RepositoryWritingOptions {
  readonly dataFolder: string
  readonly repositories: Pick<Repositories, 'find'>
  readonly volumes: Pick<StorageVolumesService, 'write' | 'series' | 'isRight'>
}

export function createWriteInRepository(options: RepositoryWritingOptions): WriteInRepository {
  const { dataFolder, volumes } = options
  return (repositoryId, work) =>
    volumes.series(async () => {
      const { uid } = await getRepository(repositoryId, options)
      return work({
        place: repositoryPlace(dataFolder, uid),
        write: (writes) => volumes.write(writes, uid),
        isRight: volumes.isRight(uid),
      })
    })
}

export async function getRepository(
  repositoryId: RepositoryId,
  { repositories }: Pick<RepositoryWritingOptions, 'repositories'>,
): Promise<Repository> {
  const repository = await repositories.find(repositoryId)
  if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
  return repository
}
