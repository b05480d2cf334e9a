/** Brings the packs of a repository into a copy: all that its rows call live and the copy lacks, up to a number. */
import { type Storage, StorageError, storageBelow } from '../../engine/index.ts'
import type { PackNumber } from '../packs/pack.ts'
import type { Repository } from '../repositories/repository.ts'
import { packNames, repositoryFolder } from './copied-names.ts'
import { type CopyOf, listPending, noteCopied } from './copied-packs-table.ts'
import { CopyError } from './copy-error.ts'
import { placeError } from './copy-place.ts'
import type { CopyRun, LostPack } from './copy-run.ts'
import { type PackSource, PackSources } from './pack-sources.ts'

const packsPerPage = 500
/** More packs than this that are not what they were, and more than one in ten, is no rot: somebody overwrote the disk. */
const lostPacksMax = 10
const lostShareMax = 0.1

export interface CopiedPacks {
  /** Neither copied nor believed: what its row says is wrong. */
  readonly lost: readonly LostPack[]
}

/** @throws CopyError `source-lost`, `place-full`, `place-unusable`, `wrong-place` */
export async function copyPacks(run: CopyRun, repository: Repository, upTo: PackNumber): Promise<CopiedPacks> {
  const of: CopyOf = { copyId: run.copy.copyId, repository }
  const place = storageBelow(run.storage, repositoryFolder(repository.uid))
  const sources = new PackSources(run, repository)
  const lost: LostPack[] = []
  let seen = 0
  for (let after = 0; ; ) {
    run.signal.throwIfAborted()
    const page = await listPending(run.database.kysely, of, { after, upTo, limit: packsPerPage })
    for await (const source of sources.inOrder(page)) {
      seen += 1
      if (source.kind === 'whole') await keepPack(run, of, place, source)
      if (source.kind === 'damaged' || source.kind === 'missing') lost.push({ packId: source.pack.packId, state: source.kind })
      demandFewLost(lost.length, seen)
      run.signal.throwIfAborted()
    }
    const last = page.at(-1)
    if (last === undefined) return { lost }
    after = last.pack
  }
}

async function keepPack(
  run: CopyRun,
  of: CopyOf,
  place: Storage,
  { pack, bytes }: Extract<PackSource, { readonly kind: 'whole' }>,
): Promise<void> {
  const [first, twin] = packNames(pack)
  await putWhole(run, place, first!, bytes)
  run.reached('copy:pack-put')
  if (twin !== undefined) {
    await putWhole(run, place, twin, bytes)
    run.reached('copy:twin-put')
  }
  await noteCopied(run.database.kysely, of, { ...pack, sizeBytes: bytes.length }, run.clock.now())
  run.reached('copy:pack-noted')
  run.tally.countPack(bytes.length)
}

/** A file of this name with other bytes is one that rotted there: these are right, their hash is the name. */
async function putWhole(run: CopyRun, place: Storage, name: string, bytes: Uint8Array): Promise<void> {
  const { rate, signal } = run
  const options = rate === undefined ? {} : { beforePiece: (pieceBytes: number) => rate.pass(pieceBytes, signal) }
  try {
    await place.put(name, bytes, options)
  } catch (error) {
    signal.throwIfAborted()
    if (!(error instanceof StorageError) || error.fault !== 'exists-different') throw placeError(error)
    await place.replace(name, bytes, options).catch((cause: unknown) => {
      signal.throwIfAborted()
      throw placeError(cause)
    })
  }
}

function demandFewLost(lost: number, seen: number): void {
  if (lost <= lostPacksMax || lost <= seen * lostShareMax) return
  throw new CopyError(
    'source-lost',
    `${lost} of the first ${seen} files to copy are damaged or missing on the disk of the box. The copy was left as it is.`,
  )
}
