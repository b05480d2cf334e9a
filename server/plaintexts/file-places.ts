import type { RecordPlace } from '../packs/pack.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { FilePlace } from './record-reader.ts'

/** Every file in which a record can be read, the best first; tree packs lie twice. */
export function filePlaces(repository: RepositoryPlace, places: readonly RecordPlace[]): readonly FilePlace[] {
  return places.flatMap(({ packId, kind, offset, length }) => {
    const files = [repository.packFile(packId), ...(kind === 'tree' ? [repository.twinPackFile(packId)] : [])]
    return files.map((file) => ({ file, offset, length }))
  })
}
