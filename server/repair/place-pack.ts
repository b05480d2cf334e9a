import type { PackId, PackIndex, PackKind } from '../../engine/index.ts'
import { openIncomingPack } from '../packs/incoming-pack.ts'
import { PackError } from '../packs/pack.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { Randomness } from '../runtime/randomness.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'

const temporaryNameBytes = 12

/**
 * Puts the bytes of a pack under its name, both files of a tree pack, durably, as if a computer had just sent them: a wrong file of
 * that name is replaced, a right one left alone. Undefined when they are not this pack. The caller holds the room.
 */
export async function placePack(
  pack: { readonly packId: PackId; readonly kind: PackKind; readonly bytes: Buffer },
  options: {
    readonly repository: Repository
    readonly place: RepositoryPlace
    readonly volumes: StorageVolumesService
    readonly randomness: Randomness
    readonly reached: ReachedPoint
  },
): Promise<PackIndex | undefined> {
  const { repository, place, volumes, randomness, reached } = options
  const { packId, kind, bytes } = pack
  try {
    const temporaryName = randomness.bytes(temporaryNameBytes).toString('hex')
    const opening = { place, uid: repository.uid, packId, kind, temporaryName, reached }
    await using incoming = await volumes.write(() => openIncomingPack(opening), repository.uid)
    await volumes.write(() => incoming.write(bytes), repository.uid)
    const index = incoming.prove()
    await volumes.write(incoming.place, repository.uid)
    return index
  } catch (error) {
    if (error instanceof PackError) return undefined
    throw error
  }
}
