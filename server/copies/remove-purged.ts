/**
 * What may leave a copy. Never because a file is absent here: a pack only when its row says since 7 days that it was purged, a version
 * only when its tombstone has lain in the copy for 7 days. Both are waited for in the box's time and in time that it observed.
 */
import { storageBelow } from '../../engine/index.ts'
import { lockRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { packNames, repositoryFolder } from './copied-names.ts'
import { type CopiedPack, type CopyOf, forgetCopied, isPurgedLocked, listRemovable, stampPurged } from './copied-packs-table.ts'
import type { CopiedFiles } from './copy-files.ts'
import { placeError } from './copy-place.ts'
import type { CopyRun } from './copy-run.ts'
import { markSuffixes, parseMarkName } from './small-files.ts'

export const removalWaitMs = 7 * 86_400_000
const packsAtOnce = 200

/** Versions before the packs that only they needed. */
export async function removeForgotten(files: CopiedFiles, observedMs: number): Promise<void> {
  for (const { name, copiedObservedMs } of files.all()) {
    const mark = parseMarkName(name)
    if (mark?.suffix !== '.gone' || copiedObservedMs > observedMs - removalWaitMs) continue
    for (const suffix of markSuffixes)
      if (suffix !== '.gone' && files.find(mark.version + suffix) !== undefined) await files.remove(mark.version + suffix)
    if (files.find(mark.version) !== undefined) await files.remove(mark.version)
  }
}

/** After a whole cut-off, which brought whatever took the place of these packs. */
export async function removePurged(run: CopyRun, repository: Repository, observedMs: number): Promise<void> {
  const of: CopyOf = { copyId: run.copy.copyId, repository }
  const { kysely } = run.database
  await stampPurged(kysely, of, observedMs)
  const limits = { purgedBefore: run.clock.now() - removalWaitMs, seenBeforeObservedMs: observedMs - removalWaitMs }
  for (;;) {
    run.signal.throwIfAborted()
    const packs = await listRemovable(kysely, of, { ...limits, limit: packsAtOnce })
    for (const pack of packs) await removePack(run, of, repository, pack)
    if (packs.length < packsAtOnce) return
  }
}

/** The row first: were the pack sent again in between, it would be copied again, and not be missed. */
async function removePack(run: CopyRun, of: CopyOf, { repositoryId, uid }: Repository, pack: CopiedPack): Promise<void> {
  const isForgotten = await run.database.transaction(async (tx) => {
    await lockRepository(tx, repositoryId)
    if (!(await isPurgedLocked(tx, repositoryId, pack.packId))) return false
    await forgetCopied(tx, of, pack.packId)
    return true
  })
  run.reached('copy:pack-forgotten')
  if (!isForgotten) return
  const place = storageBelow(run.storage, repositoryFolder(uid))
  const [first, twin] = packNames(pack)
  await place.remove(first!).catch(rethrow)
  run.reached('copy:pack-removed')
  if (twin !== undefined) {
    await place.remove(twin).catch(rethrow)
    run.reached('copy:twin-removed')
  }
  run.tally.removedPacks += 1
}

function rethrow(error: unknown): never {
  throw placeError(error)
}
