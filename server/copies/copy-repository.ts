/**
 * Brings one repository of a copy up to date, in the order that keeps the copy whole at every moment: packs, then keys, versions and
 * marks, `generation` last, all as of one moment here, the cut-off. Only what the copy then no longer needs is removed.
 *
 * The cut-off holds when no file was taken from the repository while its packs were copied: then every pack that a version of the
 * cut-off reaches was among them. The generation tells; when it rose, a new cut-off is taken, and little is left to copy for it.
 */
import { type PackId, type Storage, StorageError, storageBelow } from '../../engine/index.ts'
import { findReading } from '../observed-time/observed-time-table.ts'
import { demandCurrentIndex } from '../repositories/generation.ts'
import { listKeySlots } from '../repositories/key-slots-table.ts'
import { findRepository } from '../repositories/repositories-table.ts'
import type { Repository } from '../repositories/repository.ts'
import { noteCutOff } from './copied-files-table.ts'
import { repositoryFolder } from './copied-names.ts'
import { newestPack } from './copied-packs-table.ts'
import { CopyError } from './copy-error.ts'
import { CopiedFiles } from './copy-files.ts'
import { copyPacks } from './copy-packs.ts'
import { placeError } from './copy-place.ts'
import type { CopyRun } from './copy-run.ts'
import { listMarksInRows, listVersionFiles } from './copy-versions-table.ts'
import { removeForgotten, removePurged } from './remove-purged.ts'
import { keyFiles, listMarkNames, type MarkName, parseMarkName, readSmallFile } from './small-files.ts'

/** What was true here at one moment. */
interface CutOff {
  readonly at: number
  readonly repository: Repository
  readonly versions: ReadonlySet<string>
  readonly marks: readonly MarkName[]
}

const cutOffsMax = 10

/** `partial`: nothing was taken back, and the copy stands as of its last cut-off. */
export async function copyRepository(run: CopyRun, repository: Repository): Promise<'whole' | 'partial'> {
  const told = new Set<PackId>()
  for (let tried = 0; tried < cutOffsMax; tried += 1) {
    const cutOff = await takeCutOff(run, repository)
    const { lost } = await copyPacks(run, cutOff.repository, await newestPack(run.database.kysely, repository.repositoryId))
    // Told of before, and its row still calls it stored: the next cut-off would lack it again.
    if (lost.some(({ packId }) => told.has(packId))) return 'partial'
    for (const pack of lost) {
      told.add(pack.packId)
      run.tally.find(pack.state === 'damaged' ? 'damagedHere' : 'missingHere')
      await run.onPackLost(cutOff.repository, pack, run.signal)
    }
    const now = await findRepository(run.database.kysely, repository.repositoryId)
    if (lost.length > 0 || now?.generation !== cutOff.repository.generation) continue
    await finishCutOff(run, cutOff)
    return 'whole'
  }
  return 'partial'
}

async function takeCutOff(run: CopyRun, { repositoryId, uid }: Repository): Promise<CutOff> {
  const { kysely } = run.database
  const at = run.clock.now()
  const repository = await demandCurrentIndex(run.placeOf({ uid }), () => findRepository(kysely, repositoryId))
  const versions = await listVersionFiles(kysely, repositoryId)
  const marks = await listMarkNames(run.placeOf(repository))
  // The tombstone of a version that lived a moment ago is left to the next cut-off: what replaced it is not in this one.
  const belongs = ({ suffix, version }: MarkName) => (suffix === '.gone' ? !versions.has(version) : versions.has(version))
  return { at, repository, versions, marks: marks.filter(belongs) }
}

async function finishCutOff(run: CopyRun, cutOff: CutOff): Promise<void> {
  const { repository, at } = cutOff
  const { kysely } = run.database
  const time = await findReading(kysely)
  const observedMs = time?.observedMs ?? 0
  const files = await CopiedFiles.of(run, repository)
  for (const file of keyFiles(repository, await listKeySlots(kysely, repository.repositoryId))) await files.keep(file, observedMs)
  for (const name of cutOff.versions)
    if (files.find(name) === undefined) await keepSmallFile(run, repository, files, name, observedMs)
  for (const { name, suffix } of cutOff.marks) {
    // Their bytes never change; pins and the like may.
    if (suffix === '.gone' && files.find(name) !== undefined) continue
    await keepSmallFile(run, repository, files, name, observedMs)
  }
  await removeMarksTakenBack(run, cutOff, files)
  await raiseGenerationThere(run, repository)
  await noteCutOff(kysely, { copyId: run.copy.copyId, uid: repository.uid }, { at, generation: repository.generation })
  run.reached('copy:cut-off-noted')
  // Nothing goes for being old while the clock is not to be believed.
  if (time?.jump !== undefined) return
  await removeForgotten(files, observedMs)
  await removePurged(run, repository, observedMs)
}

/** A version that is gone by now is left out, and its mark comes with the next cut-off. */
async function keepSmallFile(
  run: CopyRun,
  repository: Repository,
  files: CopiedFiles,
  name: string,
  observedMs: number,
): Promise<void> {
  const read = await readSmallFile(run.placeOf(repository), name)
  if (read.kind === 'whole') await files.keep(read.file, observedMs)
  if (read.kind === 'damaged') run.tally.find('unreadableHere')
}

/** A pin, a bin or a note is taken back there when the version lives, its file is gone here and the row says so too. */
async function removeMarksTakenBack(run: CopyRun, { repository, versions }: CutOff, files: CopiedFiles): Promise<void> {
  const inRows = await listMarksInRows(run.database.kysely, repository.repositoryId)
  for (const { name } of files.all()) {
    const mark = parseMarkName(name)
    if (mark === undefined || mark.suffix === '.gone') continue
    if (!versions.has(mark.version) || inRows.has(name)) continue
    if ((await readSmallFile(run.placeOf(repository), name)).kind === 'absent') await files.remove(name)
  }
}

const generationMaxBytes = 32

/** @throws CopyError `copy-newer`: what the box has now is older than what it once copied. */
export async function demandOlderCopy(run: CopyRun, repository: Repository): Promise<void> {
  const there = await readGeneration(storageBelow(run.storage, repositoryFolder(repository.uid)))
  if (there !== undefined && there > repository.generation)
    throw new CopyError(
      'copy-newer',
      `The copy of ${repository.uid.toString('hex')} is at number ${there}, the box at ${repository.generation}: the box is older than its copy.`,
    )
}

async function raiseGenerationThere(run: CopyRun, { uid, generation }: Repository): Promise<void> {
  const place = storageBelow(run.storage, repositoryFolder(uid))
  if ((await readGeneration(place)) === generation) return
  await place.replace('generation', Buffer.from(`${generation}\n`)).catch((error: unknown) => {
    throw placeError(error)
  })
  run.reached('copy:generation-put')
}

async function readGeneration(place: Storage): Promise<number | undefined> {
  const bytes = await place.read('generation', { start: 0, length: generationMaxBytes }).catch((error: unknown) => {
    if (error instanceof StorageError && error.fault === 'absent') return undefined
    throw placeError(error)
  })
  const text = bytes?.toString('latin1')
  return text !== undefined && /^\d{1,15}\n$/.test(text) ? Number(text) : undefined
}
