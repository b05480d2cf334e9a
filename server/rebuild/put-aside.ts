/** Into quarantine/, durably, under a name of its own: what lies there already stays. */
import { existsSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { syncFolder } from '../storage-volumes/durable-file.ts'

export async function putAside(
  place: RepositoryPlace,
  file: { readonly path: string; readonly name: string },
  reached: ReachedPoint,
): Promise<void> {
  let target = join(place.quarantineFolder, file.name)
  for (let number = 2; existsSync(target); number += 1) target = join(place.quarantineFolder, `${file.name}.${number}`)
  await rename(file.path, target)
  reached('rebuild:renamed-aside')
  await syncFolder(place.quarantineFolder)
  await syncFolder(dirname(file.path))
  reached('rebuild:put-aside')
}
