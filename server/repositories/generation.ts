/**
 * The collector's sequence, kept twice: in the repository's row and in its file `generation`. Whatever takes files away raises first
 * the row, in the transaction that writes down what will be done; then the file, durably; only then are files touched.
 * So the file is never ahead of the row, unless the row came out of an old dump. Then what the database says about files is not
 * believed: nothing is promised, committed or collected before `rebuild` has read the files again.
 */
import { existsSync } from 'node:fs'
import { readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { hasCode, syncFolder, unlinkIfThere, writeSynced } from '../storage-volumes/durable-file.ts'
import type { Repository } from './repository.ts'
import { RepositoryError } from './repository-error.ts'
import type { RepositoryPlace } from './repository-place.ts'

export { raiseGeneration } from './repositories-table.ts'

/** Undefined when it is absent or is no number. */
export async function readGenerationFile(place: RepositoryPlace): Promise<number | undefined> {
  try {
    const text = await readFile(place.generationFile, 'latin1')
    return generationText.test(text) ? Number(text) : undefined
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}

/** Up to 2^53 - 1 would be 16 digits; a file that was cut off or overwritten must not pass for a number. */
const generationText = /^\d{1,15}\n$/

/**
 * Raises the file to a number that its row has had since a COMMIT. Two who finish in another order than they began leave the higher
 * one: it is never lowered.
 */
export function writeGenerationFile(place: RepositoryPlace, generation: number, reached: ReachedPoint): Promise<void> {
  const turn = (turns.get(place.folder) ?? Promise.resolve()).then(() => raiseFile(place, generation, reached))
  const settled = turn.catch(() => {})
  turns.set(place.folder, settled)
  void settled.then(() => {
    if (turns.get(place.folder) === settled) turns.delete(place.folder)
  })
  return turn
}

const turns = new Map<string, Promise<void>>()

async function raiseFile(place: RepositoryPlace, generation: number, reached: ReachedPoint): Promise<void> {
  const now = await readGenerationFile(place)
  if (now !== undefined && now >= generation) return
  const temporaryFile = join(place.temporaryFolder, 'generation.new')
  await unlinkIfThere(temporaryFile)
  await writeSynced(temporaryFile, Buffer.from(`${generation}\n`), (step) => reached(`generation:${step}`))
  await rename(temporaryFile, place.generationFile)
  reached('generation:renamed')
  await syncFolder(dirname(place.generationFile))
  reached('generation:folder-synced')
}

export const indexAges = ['current', 'old-dump'] as const
export type IndexAge = (typeof indexAges)[number]

/**
 * Whether a row may be believed about its files. Read the file before the row: the row rises first, so a raise in between never looks
 * like an old dump.
 */
export function ageOf(file: number | undefined, row: Pick<Repository, 'generation'>): IndexAge {
  return file !== undefined && file <= row.generation ? 'current' : 'old-dump'
}

/** Reads the row after the file and gives it. Throws RepositoryError `rebuild-needed`. */
export async function demandCurrentIndex(
  place: RepositoryPlace,
  readRow: () => Promise<Repository | undefined>,
): Promise<Repository> {
  const file = await readGenerationFile(place)
  const row = await readRow()
  if (row === undefined) throw new RepositoryError('not-found', 'This account has no place for backups any more.')
  if (ageOf(file, row) === 'current') return row
  const seen = file === undefined ? 'have no number of their own' : `are at number ${file}`
  throw new RepositoryError(
    'rebuild-needed',
    `The database is older than the stored files: it is at number ${row.generation}, the files ${seen}.`,
  )
}

/**
 * At boot, before anything else looks at the files: what was decided and not done is finished, then the file is raised. With an old
 * dump nothing is touched.
 */
export async function reconcileGeneration(options: {
  readonly repository: Repository
  readonly place: RepositoryPlace
  /** Does what rows say was decided. Safe to call again. */
  readonly finishIntents: () => Promise<void>
  readonly reached: ReachedPoint
}): Promise<IndexAge> {
  const { repository, place, finishIntents, reached } = options
  const file = await readGenerationFile(place)
  // Made with the repository, before its own file; without that one the making was cut off.
  const isNew = file === undefined && !existsSync(place.repositoryFile)
  if (!isNew && ageOf(file, repository) === 'old-dump') return 'old-dump'
  // Raised first, as ever: an old dump must be noticed even if this is cut off too.
  await writeGenerationFile(place, repository.generation, reached)
  await finishIntents()
  return 'current'
}
