/** Moves of repositories to another folder or disk: one at a time, planned here, carried out by a chore. */
import { accessSync, constants, mkdirSync, realpathSync, statSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import type { ChoreProgress } from '../chores/chore.ts'
import type { Database } from '../database/database.ts'
import type { Log } from '../runtime/log.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { syncFolder } from '../storage-volumes/durable-file.ts'
import { folderOf, ownFolder } from '../storage-volumes/places-file.ts'
import type { StorageVolumesService } from '../storage-volumes/storage-volumes-service.ts'
import { type Move, MoveError } from './move.ts'
import { findMove, removeMove, writeMove } from './move-file.ts'
import { carryOut, repositoryFolder } from './move-repository.ts'
import { listStoredRepositories, type StoredRepository } from './place-list-table.ts'

export interface Lying extends StoredRepository {
  /** In hex, as a folder is called. */
  readonly name: string
  /** As `places.json` names it. */
  readonly folder: string
}

export interface MovesService {
  /** Where each repository lies. */
  readonly list: () => Promise<readonly Lying[]>
  /** Notes where a repository shall go. Throws MoveError `under-way`, `place-unusable`. The same again is no error. */
  readonly plan: (repository: { readonly uid: Buffer }, to: string) => Promise<Move>
  readonly find: () => Move | undefined
  /** Ends a move whose switch has not come, and removes what it copied. Throws MoveError `nothing-under-way`, `too-late`. */
  readonly giveUp: () => Promise<void>
  /** Carries out the move that is planned. Throws MoveError, VolumeError. */
  readonly carryOut: (running: {
    readonly signal: AbortSignal
    readonly onProgress: (progress: ChoreProgress) => void
  }) => Promise<{ readonly move: Move; readonly bytes: number }>
}

/** A request that just began to read has found its file by then. */
const defaultGraceMs = 30_000
const maxListed = 5000

export function createMoves(options: {
  readonly database: Database
  readonly dataFolder: string
  readonly volumes: StorageVolumesService
  readonly log: Log
  readonly reached: ReachedPoint
  readonly graceMs?: number | undefined
}): MovesService {
  const { dataFolder, volumes, reached, graceMs = defaultGraceMs } = options
  const get = (): Move => {
    const move = findMove(dataFolder)
    if (move === undefined) throw new MoveError('nothing-under-way', 'No repository is being moved.')
    return move
  }
  return {
    find: () => findMove(dataFolder),
    list: async () => {
      const stored = await listStoredRepositories(options.database.kysely, maxListed)
      return stored.map((repository) => {
        const name = repository.uid.toString('hex')
        return { ...repository, name, folder: folderOf(dataFolder, name) }
      })
    },
    plan: async ({ uid }, folder) => {
      const name = uid.toString('hex')
      const to = folder === ownFolder ? ownFolder : usableFolder(dataFolder, folder)
      const before = findMove(dataFolder)
      if (before !== undefined && (before.uid !== name || before.to !== to))
        throw new MoveError('under-way', 'Another move is under way. Let it end, or give it up first.')
      const from = folderOf(dataFolder, name)
      if (before === undefined && from === to) throw new MoveError('place-unusable', 'The repository lies there already.')
      // One that has switched, and was broken off before the old files were gone, goes on as well.
      const move = before ?? { uid: name, from, to }
      // The folder's disk gets its number now, while a person sees what it says.
      ;(await volumes.open(to)).demandWritable()
      if (before === undefined) writeMove(dataFolder, move, reached)
      return move
    },
    giveUp: async () => {
      const move = get()
      if (folderOf(dataFolder, move.uid) === move.to)
        throw new MoveError(
          'too-late',
          'The repository lies in its new place already; only the old files are still being removed.',
        )
      const copied = repositoryFolder(dataFolder, move.to, move.uid)
      await rm(copied, { recursive: true, force: true })
      reached('move:copy-removed')
      await syncFolder(dirname(copied))
      reached('move:copy-remove-synced')
      await removeMove(dataFolder, reached)
    },
    carryOut: async (running) => {
      const move = get()
      const { bytes } = await carryOut(move, { ...options, graceMs, ...running })
      return { move, bytes }
    },
  }
}

/** An absolute path outside the data folder, whose parent is there: a misspelt mount point must not become a folder. */
function usableFolder(dataFolder: string, folder: string): string {
  if (!isAbsolute(folder)) throw new MoveError('place-unusable', `${folder} is no absolute path.`)
  const path = resolve(folder)
  try {
    const real = join(realpathSync(dirname(path)), path.slice(dirname(path).length))
    const own = realpathSync(dataFolder)
    if (real === own || real.startsWith(`${own}${sep}`) || own.startsWith(`${real}${sep}`))
      throw new MoveError('place-unusable', `${path} is inside the data folder, or holds it.`)
    mkdirSync(path, { recursive: true, mode: 0o700 })
    if (!statSync(path).isDirectory()) throw new MoveError('place-unusable', `${path} is no folder.`)
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK)
    return path
  } catch (cause) {
    if (cause instanceof MoveError) throw cause
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    throw new MoveError('place-unusable', `${path} cannot be used (${code}).`, { cause })
  }
}
