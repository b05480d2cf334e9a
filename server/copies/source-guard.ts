/**
 * Is what is mounted here still the box's own disk, and is it whole? Asked of all repositories before a byte is copied: an emptied,
 * exchanged or overwritten disk must not reach the copy, not even by what it no longer has.
 */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { isLive } from '../packs/pack.ts'
import { findPack, listPacks } from '../packs/packs-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { CopyError } from './copy-error.ts'
import type { CopyRun, LostPack } from './copy-run.ts'
import { listVersionFiles } from './copy-versions-table.ts'

const packsPerPage = 2000
/** More absent packs than this, and more than one in ten, are no accident. */
const absentMax = 10
const absentShareMax = 0.1
/** Absent packs that are looked for again before the disk is called emptied: on a small one, a pack that has just come is all there is. */
const secondLookMax = 1000

/** @throws CopyError `source-lost` */
export function demandRightDisk(run: CopyRun, { uid }: Repository): void {
  if (run.isRightDisk(uid)) return
  throw new CopyError('source-lost', `The disk that ${uid.toString('hex')} lies on is not the one that belongs there.`, {
    hint: 'Bring the right disk back. If it was exchanged on purpose, say so with `holdfast disk`.',
  })
}

/**
 * Packs that rows call stored and the folders lack: a few of them, for whoever can heal them.
 * @throws CopyError `source-lost` when the folders cannot be listed, are empty, or lack more than a few
 */
export async function findAbsentPacks(run: CopyRun, repository: Repository): Promise<readonly LostPack[]> {
  const names = await listNames(run, repository)
  const absent: LostPack[] = []
  let live = 0
  for (let after = 0; ; ) {
    run.signal.throwIfAborted()
    const page = await listPacks(run.database.kysely, { repositoryId: repository.repositoryId, after, limit: packsPerPage })
    for (const pack of page) {
      if (!isLive(pack.state)) continue
      live += 1
      if (!names.has(pack.packId)) absent.push({ packId: pack.packId, state: 'missing' })
    }
    const last = page.at(-1)
    if (last === undefined) break
    after = last.pack
  }
  const first = absent.slice(0, secondLookMax)
  const rest = absent.slice(secondLookMax)
  const sure = await stillAbsent(run, repository, first)
  demandPresent(repository, live, sure.length + rest.length)
  await demandVersions(run, repository)
  return [...sure, ...(await stillAbsent(run, repository, rest))]
}

function demandPresent({ uid }: Repository, live: number, absent: number): void {
  const isEmptied = live > 0 && absent === live
  if (!isEmptied && (absent <= absentMax || absent <= live * absentShareMax)) return
  throw new CopyError(
    'source-lost',
    `${absent} of ${live} stored files of ${uid.toString('hex')} are not on the disk of the box. The copy was left as it is.`,
  )
}

/** Versions whose files are all gone, while rows know them. */
async function demandVersions(run: CopyRun, repository: Repository): Promise<void> {
  const known = await listVersionFiles(run.database.kysely, repository.repositoryId)
  if (known.size === 0) return
  const { snapshotsFolder } = run.placeOf(repository)
  for (const device of await listFolder(snapshotsFolder))
    for (const name of await listFolder(join(snapshotsFolder, device))) if (known.has(`snapshots/${device}/${name}`)) return
  throw new CopyError(
    'source-lost',
    `None of the ${known.size} versions of ${repository.uid.toString('hex')} is on the disk of the box.`,
  )
}

async function listNames(run: CopyRun, repository: Repository): Promise<ReadonlySet<string>> {
  const { packsFolder } = run.placeOf(repository)
  const names = new Set<string>()
  for (const prefix of await listFolder(packsFolder)) {
    run.signal.throwIfAborted()
    for (const name of await listFolder(join(packsFolder, prefix))) names.add(name)
  }
  return names
}

async function listFolder(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder)
  } catch (cause) {
    throw new CopyError('source-lost', `${folder} cannot be listed. The copy was left as it is.`, { cause })
  }
}

/** Without those that came, or were collected, while the folders were listed. */
async function stillAbsent(run: CopyRun, repository: Repository, absent: readonly LostPack[]): Promise<readonly LostPack[]> {
  const sure: LostPack[] = []
  const place = run.placeOf(repository)
  for (const lost of absent) {
    const row = await findPack(run.database.kysely, repository.repositoryId, lost.packId)
    const folder = await listFolder(join(place.packsFolder, lost.packId.slice(0, 2)))
    if (row !== undefined && isLive(row.state) && !folder.includes(lost.packId)) sure.push(lost)
  }
  return sure
}
