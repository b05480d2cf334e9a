/** The files of the bed's one repository, for histories that damage some and for the judge. */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { type PackEntry, type PackId, readWholePackIndex } from '../engine/index.ts'
import { type RepositoryPlace, repositoryPlaceAt } from '../server/repositories/repository-place.ts'
import type { Bed } from './bed.ts'

const uidPattern = /^[0-9a-f]{32}$/

export function placeOf({ box }: Pick<Bed, 'box'>): RepositoryPlace {
  const repositories = join(box.dataFolder, 'repositories')
  const uid = readdirSync(repositories).find((name) => uidPattern.test(name))
  if (uid === undefined) throw new Error(`no repository lies in ${repositories}`)
  return repositoryPlaceAt(join(repositories, uid))
}

/** The newest first. */
export function packsIn(folder: string): readonly PackId[] {
  const files = filesIn(folder).map((path) => ({ path, mtimeMs: statSync(path).mtimeMs }))
  return files.toSorted((one, other) => other.mtimeMs - one.mtimeMs).map(({ path }) => basename(path) as PackId)
}

export function filesIn(folder: string): readonly string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

/** Those of a pack's records that are that large, where they lie. */
export function recordsOf(packFile: string, size: { readonly least: number; readonly most: number }): readonly PackEntry[] {
  const { entries } = readWholePackIndex(readFileSync(packFile))
  return entries.filter(({ length }) => length >= size.least && length <= size.most)
}

/** What the versions and what they need take: packs, their twins, versions. Not the 142 bytes that stay of each that is gone. */
export function storedBytes(place: RepositoryPlace): number {
  const files = [place.packsFolder, place.twinPacksFolder, place.snapshotsFolder, place.trashFolder]
    .flatMap(filesIn)
    .filter((path) => !path.endsWith('.gone'))
  return files.reduce((sum, path) => sum + statSync(path).size, 0)
}
