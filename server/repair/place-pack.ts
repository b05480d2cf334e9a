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
 * that name is replaced, a right one left alone. Undefined when they are not this pack.
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
  const room = await volumes.reserve(bytes.length * (kind === 'tree' ? 2 : 1))
  try {
    const temporaryName = randomness.bytes(temporaryNameBytes).toString('hex')
    const opening = { place, uid: repository.uid, packId, kind, temporaryName, reached }
    await using incoming = await volumes.write(() => openIncomingPack(opening))
    await volumes.write(() => incoming.write(bytes))
    const index = incoming.prove()
    await volumes.write(incoming.place)
    return index
  } catch (error) {
    if (error instanceof PackError) return undefined
    throw error
  } finally {
    room.release()
  }
}
