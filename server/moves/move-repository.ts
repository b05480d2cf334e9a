/** Carries a move out, from wherever it stands; see move.ts for the order and for what holds at each moment. */
import { rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { ChoreProgress } from '../chores/chore.ts'
import { makeRepositoryFolders, repositoryPlaceAt } from '../repositories/repository-place.ts'
import type { Log } from '../runtime/log.ts'
import { createBufferPool } from '../storage-volumes/buffer-pool.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { hasCode, syncFolder } from '../storage-volumes/durable-file.ts'
import { folderOf, folderPath, ownFolder, readPlaces, writePlaces } from '../storage-volumes/places-file.ts'
import { floorBytes } from '../storage-volumes/storage-volume.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import { copyLate, copyMissing, type Levelling, makeSame } from './bring-level.ts'
import { listFiles } from './list-files.ts'
import { type Move, MoveError } from './move.ts'
import { removeMove } from './move-file.ts'

export interface Moving {
  readonly dataFolder: string
  readonly volumes: StorageVolumesService
  readonly log: Log
  readonly reached: ReachedPoint
  /** For how long, after the switch, the old files stay for whoever was just reading them. */
  readonly graceMs: number
  readonly signal: AbortSignal
  readonly onProgress: (progress: ChoreProgress) => void
}

/** Passes beside the living repository, each shorter than the one before, until so little is left that a moment does. */
const maxPasses = 8
const littleBytes = 32 * 1024 ** 2
const maxSwitchAttempts = 60
const quietWithinMs = 20_000
const quietPauseMs = 10_000
const bufferBytes = 1024 ** 2

export async function carryOut(move: Move, moving: Moving): Promise<{ readonly bytes: number }> {
  const { dataFolder, volumes, log } = moving
  const to = await volumes.open(move.to)
  to.demandWritable()
  const levelling: Levelling = {
    source: repositoryFolder(dataFolder, move.from, move.uid),
    target: repositoryFolder(dataFolder, move.to, move.uid),
    pool: createBufferPool({ bufferBytes, maxKept: 2 }),
    reached: moving.reached,
    signal: moving.signal,
    onCopied: () => {},
  }
  const isSwitched = folderOf(dataFolder, move.uid) === move.to
  const copied = isSwitched ? undefined : await copyAndSwitch(move, levelling, moving)
  await clearOld(levelling, copied?.names, moving)
  await removeMove(dataFolder, moving.reached)
  log.info({ ...move }, 'a repository was moved')
  return { bytes: copied?.bytes ?? 0 }
}

export function repositoryFolder(dataFolder: string, folder: string, uid: string): string {
  return join(folderPath(dataFolder, folder), uid)
}

async function copyAndSwitch(
  move: Move,
  levelling: Levelling,
  moving: Moving,
): Promise<{ readonly names: ReadonlySet<string>; readonly bytes: number }> {
  const { volumes, signal, onProgress } = moving
  const to = await volumes.open(move.to)
  const total = await demandRoom(move, levelling, moving)
  await to.write(async () => makeRepositoryFolders(repositoryPlaceAt(levelling.target)))
  let done = 0
  const counting: Levelling = {
    ...levelling,
    onCopied: (bytes) => {
      done += bytes
      onProgress({ words: 'Copies, while backups go on', done: Math.min(done, total), total, unit: 'bytes' })
    },
  }
  for (let pass = 0; pass < maxPasses; pass += 1) {
    if ((await to.write(() => copyMissing(counting))).bytes <= littleBytes) break
  }
  for (let attempt = 0; attempt < maxSwitchAttempts; attempt += 1) {
    onProgress({ words: 'Waits for a quiet moment to switch' })
    const open = await volumes.gate.close({ withinMs: quietWithinMs, signal })
    if (open !== undefined) {
      try {
        const names = await to.write(() => makeSame(counting))
        notePlace(move, moving)
        return { names, bytes: done }
      } finally {
        open()
      }
    }
    await wait(quietPauseMs, undefined, { signal })
    await to.write(() => copyMissing(counting))
  }
  throw new MoveError('never-quiet', 'Uploads were under way all the time. Try it at a quieter hour; what was copied stays.')
}

/** Throws MoveError `no-room`. Returns how many bytes are to be copied. */
async function demandRoom(move: Move, { source, target, signal }: Levelling, { volumes }: Moving): Promise<number> {
  const [from, to] = [await listFiles(source, signal), await listFiles(target, signal)]
  const missing = [...from.values()].filter(({ name }) => !to.has(name))
  const bytes = missing.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  const { freeBytes, totalBytes } = await (await volumes.open(move.to)).space()
  if (freeBytes - bytes < floorBytes(totalBytes)) {
    const [needed, free] = [bytes + floorBytes(totalBytes), freeBytes].map((count) => Math.ceil(count / 1024 ** 2))
    throw new MoveError('no-room', `${needed} MiB are needed at ${target}, and ${free} MiB are free.`)
  }
  return bytes
}

/** The moment of the move. Nothing may fail between the file and what this process believes. */
function notePlace({ uid, to }: Move, { dataFolder, reached }: Moving): void {
  const places = readPlaces(dataFolder)
  const { [uid]: _before, ...others } = places.repositories
  reached('move:before-switch')
  writePlaces(dataFolder, { ...places, repositories: to === ownFolder ? others : { ...others, [uid]: to } })
  reached('move:switched')
}

/** Takes over what came late, then sets the old folder aside and removes it: half a folder must never be under a repository's name. */
async function clearOld(
  levelling: Levelling,
  names: ReadonlySet<string> | undefined,
  { graceMs, signal, reached, onProgress, log }: Moving,
): Promise<void> {
  const { source } = levelling
  const aside = `${source}.moved`
  onProgress({ words: 'Lets readers of the old place finish' })
  await wait(graceMs, undefined, { signal })
  const late = await copyLate(levelling, names)
  if (late > 0) log.warn({ late, source }, 'files that came late to the old place were taken over')
  onProgress({ words: 'Removes the old files' })
  await renameIfThere(source, aside)
  reached('move:set-aside')
  await syncFolder(dirname(source))
  reached('move:set-aside-synced')
  await rm(aside, { recursive: true, force: true })
  reached('move:removed')
  await syncFolder(dirname(source))
  reached('move:remove-synced')
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if (!hasCode(error, ['ENOENT'])) throw error
  }
}
