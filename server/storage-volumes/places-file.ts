/**
 * `places.json` in the data folder: which disk each folder of repositories is expected to be, and which repositories lie elsewhere than
 * in `repositories/`. It is a file, and not rows, because it must hold when the database is lost: a disk that is not mounted must not be
 * taken for a new one, and a repository that was moved must be found.
 * One process at a time owns a data folder (data/lock), so what was read once is what holds until this process changes it.
 */
import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { replaceFileSync } from '../runtime/replace-file.ts'
import { hasCode } from './durable-file.ts'

export interface Places {
  /** The id of the disk at each folder; the data folder's own is called `repositories`. */
  readonly volumes: Readonly<Record<string, string>>
  /** The folder of each repository that was moved, by uid in hex: its files lie in `<folder>/<uid>`. */
  readonly repositories: Readonly<Record<string, string>>
}

export const ownFolder = 'repositories'
const fileName = 'places.json'
const nothing: Places = { volumes: {}, repositories: {} }
const uidPattern = /^[0-9a-f]{32}$/

const known = new Map<string, Places>()

export function readPlaces(dataFolder: string): Places {
  const places = known.get(dataFolder) ?? parsePlaces(join(dataFolder, fileName))
  known.set(dataFolder, places)
  return places
}

/** At a start: what the file says holds, whatever was read before. */
export function openPlaces(dataFolder: string): Places {
  known.delete(dataFolder)
  return readPlaces(dataFolder)
}

/** Durable before it holds. */
export function writePlaces(dataFolder: string, places: Places): void {
  replaceFileSync(join(dataFolder, fileName), `${JSON.stringify(places, undefined, 2)}\n`, { mode: 0o600 })
  known.set(dataFolder, places)
}

/** The path of a folder as `places.json` names it. */
export function folderPath(dataFolder: string, folder: string): string {
  return folder === ownFolder ? join(dataFolder, ownFolder) : folder
}

/** The folder, as `places.json` names it, in which a repository lies. */
export function folderOf(dataFolder: string, uidHex: string): string {
  const { repositories } = readPlaces(dataFolder)
  return Object.hasOwn(repositories, uidHex) ? repositories[uidHex]! : ownFolder
}

function parsePlaces(path: string): Places {
  const text = readIfThere(path)
  if (text === undefined) return nothing
  const parsed: unknown = JSON.parse(text)
  if (!isRecord(parsed) || !isTexts(parsed.volumes) || !isTexts(parsed.repositories)) throw notPlaces(path)
  const { volumes, repositories } = parsed
  const isRight =
    Object.entries(volumes).every(([folder, id]) => (folder === ownFolder || isAbsolute(folder)) && uidPattern.test(id)) &&
    Object.entries(repositories).every(([uid, folder]) => uidPattern.test(uid) && isAbsolute(folder))
  if (!isRight) throw notPlaces(path)
  return { volumes, repositories }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}

function notPlaces(path: string): Error {
  return new Error(`${path} does not say where the repositories lie. Bring it back from a copy of the data folder.`)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isTexts(value: unknown): value is Readonly<Record<string, string>> {
  return isRecord(value) && Object.values(value).every((text) => typeof text === 'string')
}
