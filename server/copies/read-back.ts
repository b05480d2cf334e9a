/**
 * Reads packs of a copy back and compares their bytes with their names, a part at each run, so that all of it is read within 30 days.
 * What is not right is forgotten and copied again.
 */
import { createHash } from 'node:crypto'
import { type RepositoryUid, type Storage, StorageError, storageBelow } from '../../engine/index.ts'
import { packNames, repositoryFolder } from './copied-names.ts'
import { type CopiedPack, forgetCopied, listCopiedAfter } from './copied-packs-table.ts'
import { type CopyHistory, type ReadBackCursor, saveCursor } from './copies-table.ts'
import { placeError } from './copy-place.ts'
import type { CopyRun } from './copy-run.ts'

const dayMs = 86_400_000
export const readAllWithinMs = 30 * dayMs
/** A small copy is read quickly; a large one is not held up by one late run. */
const budgetMinBytes = 64 * 1024 ** 2
const pieceBytes = 2 * 1024 ** 2
const packsPerPage = 100

/** How much to read so that everything is read in time. Pure. */
export function readBackBudget(copiedBytes: number, sinceLastMs: number): number {
  const share = Math.min(1, Math.max(0, sinceLastMs) / readAllWithinMs)
  return Math.min(copiedBytes, Math.max(budgetMinBytes, Math.ceil(copiedBytes * share)))
}

/** From the cursor on, and once around at most. */
export async function readBack(run: CopyRun, history: CopyHistory, budgetBytes: number): Promise<void> {
  let cursor: ReadBackCursor = { ...history.cursor, roundBeganAt: history.cursor.roundBeganAt ?? run.clock.now() }
  let leftBytes = budgetBytes
  while (leftBytes > 0) {
    const page = await listCopiedAfter(run.database.kysely, run.copy.copyId, { ...cursor, limit: packsPerPage })
    for (const pack of page) {
      if (leftBytes <= 0) break
      run.signal.throwIfAborted()
      leftBytes -= await readPackBack(run, pack)
      cursor = { ...cursor, repository: pack.uid, pack: Buffer.from(pack.packId, 'hex') }
    }
    if (page.length === 0) return await endRound(run, cursor)
    await saveCursor(run.database.kysely, run.copy.copyId, { cursor, readAllAt: history.readAllAt })
  }
}

/** A whole round, from the beginning. */
export async function readAllBack(run: CopyRun, history: CopyHistory): Promise<void> {
  const cursor = { repository: undefined, pack: undefined, roundBeganAt: run.clock.now() }
  await readBack(run, { ...history, cursor }, Number.MAX_SAFE_INTEGER)
}

/** The next run begins again. */
async function endRound(run: CopyRun, { roundBeganAt }: ReadBackCursor): Promise<void> {
  const cursor = { repository: undefined, pack: undefined, roundBeganAt: undefined }
  await saveCursor(run.database.kysely, run.copy.copyId, { cursor, readAllAt: roundBeganAt })
}

/** How many bytes were read. */
async function readPackBack(run: CopyRun, pack: CopiedPack & { readonly uid: RepositoryUid }): Promise<number> {
  const place = storageBelow(run.storage, repositoryFolder(pack.uid))
  let bytes = 0
  let isRight = true
  for (const name of packNames(pack)) {
    isRight = (await hashOf(run, place, name, pack.sizeBytes)) === pack.packId && isRight
    bytes += pack.sizeBytes
  }
  run.tally.readBackBytes += bytes
  if (!isRight) {
    await forgetCopied(run.database.kysely, { copyId: run.copy.copyId, repository: { uid: pack.uid } }, pack.packId)
    run.tally.find('damagedThere')
  }
  return bytes
}

/** Undefined when it is not there. In pieces: a pack may be 64 MiB. */
async function hashOf(run: CopyRun, place: Storage, name: string, sizeBytes: number): Promise<string | undefined> {
  const hash = createHash('sha256')
  try {
    for (let start = 0; start <= sizeBytes; start += pieceBytes) {
      run.signal.throwIfAborted()
      const piece = await place.read(name, { start, length: pieceBytes, isFromDisk: true })
      hash.update(piece)
      if (piece.length < pieceBytes) break
    }
  } catch (error) {
    if (error instanceof StorageError && error.fault === 'absent') return undefined
    throw placeError(error)
  }
  return hash.digest('hex')
}
