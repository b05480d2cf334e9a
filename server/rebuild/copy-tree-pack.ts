/** The copy of a tree pack that is not there, made from the one that is, when that one's bytes are what its name says. */
import { createHash } from 'node:crypto'
import { readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { PackId } from '../../engine/index.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { syncFolder, unlinkIfThere, writeSynced } from '../storage-volumes/durable-file.ts'

/** False when the copy that is there does not do. */
export async function copyTreePack(copying: {
  readonly place: RepositoryPlace
  readonly packId: PackId
  readonly absent: 'first' | 'twin'
  readonly reached: ReachedPoint
}): Promise<boolean> {
  const { place, packId, absent, reached } = copying
  const [first, twin] = [place.packFile(packId), place.twinPackFile(packId)]
  const [from, to] = absent === 'twin' ? [first, twin] : [twin, first]
  const bytes = await readFile(from)
  if (createHash('sha256').update(bytes).digest('hex') !== packId) return false
  const temporaryFile = join(place.temporaryFolder, `${packId}.${absent}`)
  await unlinkIfThere(temporaryFile)
  await writeSynced(temporaryFile, bytes, (step) => reached(`rebuild-copy:${step}`))
  await rename(temporaryFile, to)
  reached('rebuild-copy:renamed')
  await syncFolder(dirname(to))
  reached('rebuild-copy:folder-synced')
  return true
}
