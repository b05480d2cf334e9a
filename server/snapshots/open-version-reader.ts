import { openVersion } from '../../engine/index.ts'
import type { PlaintextsService } from '../plaintexts/plaintexts-service.ts'
import type { Repositories } from '../repositories/repositories-service.ts'
import { RepositoryError } from '../repositories/repository-error.ts'
import { engineVersionReader } from './engine-version-reader.ts'
import type { OpenVersionReader } from './version-reader.ts'

/** Versions as pages and downloads read them: from the root that the box knows, opened by its worker threads. */
export function createOpenVersionReader(options: {
  readonly plaintexts: PlaintextsService
  readonly repositories: Pick<Repositories, 'find'>
}): OpenVersionReader {
  return async ({ repositoryId, root }) => {
    const repository = await options.repositories.find(repositoryId)
    if (repository === undefined) throw new RepositoryError('not-found', 'There is no such repository.')
    return engineVersionReader(openVersion(options.plaintexts.source(repository), root))
  }
}
