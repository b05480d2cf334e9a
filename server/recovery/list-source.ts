import { type Dirent, existsSync } from 'node:fs'
import { opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { RecoveryError } from './recovery-error.ts'

export interface SourceFile {
  /** Below the folder, with `/` between names. */
  readonly name: string
  readonly sizeBytes: number
}

const repositoryName = /^[0-9a-f]{32}$/
/** Half-written files are nobody's loss, and the volume's own (its id, its reserve) belong to the old disk. */
const leftOut = ['tmp']
const depthMax = 8

/** @throws RecoveryError `source-wrong` for a folder that is no copy of a box at first sight */
export function demandSource(from: string): void {
  const missing = ['self', 'repositories'].find((name) => !existsSync(join(from, name)))
  if (missing !== undefined) throw new RecoveryError('source-wrong', `There is no folder ${join(from, missing)}.`)
}

/** The repositories in a copy of a box. @throws RecoveryError `source-wrong` */
export async function listSourceRepositories(from: string): Promise<readonly string[]> {
  const names = (await namesIn(join(from, 'repositories')))
    .filter((entry) => entry.isDirectory() && repositoryName.test(entry.name))
    .map(({ name }) => name)
    .sort()
  if (names.length === 0) throw new RecoveryError('source-wrong', `${join(from, 'repositories')} holds no repository.`)
  return names
}

/** Every file of a repository, whatever it is: the collector's trash and what is in quarantine may be needed yet. */
export async function* listRepositoryFiles(from: string, uid: string): AsyncGenerator<SourceFile> {
  const base = join(from, 'repositories', uid)
  for (const entry of await namesIn(base)) {
    if (leftOut.includes(entry.name)) continue
    yield* listBelow(base, entry.name, entry, 1)
  }
}

async function* listBelow(base: string, name: string, entry: Dirent, depth: number): AsyncGenerator<SourceFile> {
  if (entry.isFile()) yield { name, sizeBytes: (await stat(join(base, name))).size }
  if (!entry.isDirectory() || depth > depthMax) return
  // In order, so that a recovery that goes on says the same again.
  const below = (await namesIn(join(base, name))).toSorted((one, other) => (one.name < other.name ? -1 : 1))
  for (const child of below) yield* listBelow(base, `${name}/${child.name}`, child, depth + 1)
}

async function namesIn(folder: string): Promise<readonly Dirent[]> {
  try {
    const entries: Dirent[] = []
    for await (const entry of await opendir(folder)) entries.push(entry)
    return entries
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new RecoveryError('source-wrong', `${folder} cannot be read (${code}).`, { cause })
  }
}
