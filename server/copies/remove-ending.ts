/**
 * What a copy still holds of a customer that ends. Its keys are out of the place already (server/customers/ending/); its packs go as all
 * purged ones do, and when the last of them has gone, so does whatever else lies in its folder.
 */
import { storageBelow } from '../../engine/index.ts'
import { findReading } from '../observed-time/observed-time-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { countCopiedPacks, forgetCopiedRepository } from './copied-files-table.ts'
import { repositoryFolder } from './copied-names.ts'
import { placeError } from './copy-place.ts'
import type { CopyRun } from './copy-run.ts'
import { removePurged } from './remove-purged.ts'

export async function removeEnding(run: CopyRun, repository: Repository): Promise<void> {
  const { kysely } = run.database
  const time = await findReading(kysely)
  // Nothing goes for being old while the clock is not to be believed.
  if (time === undefined || time.jump !== undefined) return
  await removePurged(run, repository, time.observedMs)
  const of = { copyId: run.copy.copyId, uid: repository.uid }
  if ((await countCopiedPacks(kysely, of)) > 0) return
  const place = storageBelow(run.storage, repositoryFolder(repository.uid))
  try {
    for (const folder of ['keys', 'snapshots', 'packs', 'packs2'])
      for await (const { name } of place.list(folder)) await place.remove(name)
    for (const name of ['repository.json', 'generation']) await place.remove(name)
  } catch (error) {
    throw placeError(error)
  }
  await forgetCopiedRepository(kysely, of)
  run.reached('end:copy-emptied')
}
