/**
 * Compares what lies in a copy with what the box knows of it, by names and sizes. What is not there any more is forgotten, so that it
 * is copied again; what is there already is taken up, so that a lost index costs no second first copy. Nothing is removed.
 */
import { type PackId, parsePackId, type Storage, storageBelow } from '../../engine/index.ts'
import type { Repository } from '../repositories/repository.ts'
import { type PackFolder, repositoryFolder } from './copied-names.ts'
import {
  type CopiedPack,
  type CopyOf,
  forgetCopied,
  listCopiedWithPrefix,
  listPacksWithPrefix,
  noteCopied,
} from './copied-packs-table.ts'
import { CopiedFiles } from './copy-files.ts'
import { demandIdentity, placeError } from './copy-place.ts'
import type { CopyRun } from './copy-run.ts'

const prefixes = 256

export async function compareListing(run: CopyRun, repository: Repository): Promise<void> {
  const place = storageBelow(run.storage, repositoryFolder(repository.uid))
  for (let prefix = 0; prefix < prefixes; prefix += 1) {
    run.signal.throwIfAborted()
    await comparePrefix(run, repository, place, prefix)
  }
  await compareFiles(run, repository, place)
}

type Listing = Readonly<Record<PackFolder, ReadonlyMap<PackId, number>>>

async function comparePrefix(run: CopyRun, repository: Repository, place: Storage, prefix: number): Promise<void> {
  const of: CopyOf = { copyId: run.copy.copyId, repository }
  const { kysely } = run.database
  const listing: Listing = {
    packs: await listPackFolder(run, place, 'packs', prefix),
    packs2: await listPackFolder(run, place, 'packs2', prefix),
  }
  const copied = await listCopiedWithPrefix(kysely, of, prefix)
  const known = await listPacksWithPrefix(kysely, repository.repositoryId, prefix)
  const lost = copied.filter((pack) => !isWholeIn(listing, pack))
  if (lost.length > 0) await demandIdentity(run.storage, run.copy.placeUid)
  for (const pack of lost) {
    await forgetCopied(kysely, of, pack.packId)
    // One that nobody needs any more is no loss.
    if (known.get(pack.packId)?.isLive) run.tally.find('lostThere')
  }
  const noted = new Set(copied.map(({ packId }) => packId))
  for (const packId of new Set([...listing.packs.keys(), ...listing.packs2.keys()])) {
    if (noted.has(packId)) continue
    const pack = known.get(packId)
    if (pack !== undefined && isWholeIn(listing, pack)) await noteCopied(kysely, of, pack, run.clock.now())
    else run.tally.unknownFiles += 1
  }
}

function isWholeIn(listing: Listing, { packId, kind, sizeBytes }: CopiedPack): boolean {
  if (listing.packs.get(packId) !== sizeBytes) return false
  return kind === 'data' || listing.packs2.get(packId) === sizeBytes
}

async function listPackFolder(
  run: CopyRun,
  place: Storage,
  folder: PackFolder,
  prefix: number,
): Promise<ReadonlyMap<PackId, number>> {
  const start = `${folder}/${prefix.toString(16).padStart(2, '0')}`
  const sizes = new Map<PackId, number>()
  try {
    for await (const { name, sizeBytes } of place.list(start)) {
      const packId = name.slice(start.length + 1)
      if (/^[0-9a-f]{64}$/.test(packId)) sizes.set(parsePackId(packId), sizeBytes)
      else run.tally.unknownFiles += 1
    }
  } catch (error) {
    throw placeError(error)
  }
  return sizes
}

async function compareFiles(run: CopyRun, repository: Repository, place: Storage): Promise<void> {
  const files = await CopiedFiles.of(run, repository)
  const sizes = new Map<string, number>()
  try {
    for (const folder of ['keys', 'snapshots'])
      for await (const { name, sizeBytes } of place.list(folder)) sizes.set(name, sizeBytes)
    const description = await place.find('repository.json')
    if (description !== undefined) sizes.set('repository.json', description)
  } catch (error) {
    throw placeError(error)
  }
  const lost = files.all().filter(({ name, sizeBytes }) => sizes.get(name) !== sizeBytes)
  if (lost.length > 0) await demandIdentity(run.storage, run.copy.placeUid)
  for (const { name } of lost) {
    await files.forget(name)
    run.tally.find('lostThere')
  }
}
