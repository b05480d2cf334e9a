/**
 * Decisions about a version as files beside it: `.pin` (kept until somebody unpins it) and `.bin` (to go), JSON `{ at, by }`, and `.note`
 * (what somebody wrote, sealed: version-notes/). They are durable before the row that repeats them is, and where the two differ the
 * file wins: an index made again from the files knows them. Whoever sets or removes one holds the repository's lock.
 */
import { readdir, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { parseSnapshotFileName, type SnapshotId } from '../../engine/index.ts'
import { prepareSnapshotFolder, type SnapshotName } from '../commits/snapshot-files.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import type { ReachedPoint } from '../storage-volumes/crash-points.ts'
import { hasCode, removeDurably, syncFolder, unlinkIfThere, writeSynced } from '../storage-volumes/durable-file.ts'

export const markKinds = ['pin', 'bin'] as const
export type MarkKind = (typeof markKinds)[number]
/** Everything that may lie beside a version while it lives. */
export const besideSuffixes = [...markKinds, 'note'] as const
export type BesideSuffix = (typeof besideSuffixes)[number]

export interface VersionMark {
  /** When; undefined in a file that cannot be read: it marks all the same. */
  readonly atMs: number | undefined
  /** A person's mail address, or `rules`. */
  readonly by: string
}

/** Who put a version into the bin when no person did. */
export const byRules = 'rules'
const byUnknown = 'unknown'
const maxByCharacters = 254
const maxMarkBytes = 4096

export async function writeMark(
  place: RepositoryPlace,
  name: SnapshotName,
  { kind, mark, reached }: { readonly kind: MarkKind; readonly mark: VersionMark; readonly reached: ReachedPoint },
): Promise<void> {
  const { atMs, by } = mark
  const at = atMs === undefined ? undefined : new Date(atMs).toISOString()
  await writeBeside(place, name, { suffix: kind, bytes: Buffer.from(`${JSON.stringify({ at, by })}\n`), reached })
}

/** A file beside a version, whole and durable; in the place of the one that was there. */
export async function writeBeside(
  place: RepositoryPlace,
  name: SnapshotName,
  { suffix, bytes, reached }: { readonly suffix: BesideSuffix; readonly bytes: Buffer; readonly reached: ReachedPoint },
): Promise<void> {
  const finalFile = besideFile(place, name, suffix)
  const temporaryFile = join(place.temporaryFolder, `${name.id}.${suffix}`)
  await prepareSnapshotFolder(place, name.device)
  await unlinkIfThere(temporaryFile)
  await writeSynced(temporaryFile, bytes, (step) => reached(`mark:${step}`))
  await rename(temporaryFile, finalFile)
  reached('mark:renamed')
  await syncFolder(dirname(finalFile))
  reached('mark:folder-synced')
}

export async function removeMark(
  place: RepositoryPlace,
  name: SnapshotName,
  { kind, reached }: { readonly kind: BesideSuffix; readonly reached: ReachedPoint },
): Promise<void> {
  await removeDurably(besideFile(place, name, kind), (step) => reached(`mark:${step}`))
}

/** With a version go its marks, and its note. */
export async function removeMarksOfGone(place: RepositoryPlace, name: SnapshotName): Promise<void> {
  for (const suffix of besideSuffixes) await unlinkIfThere(`${place.snapshotFile(name)}.${suffix}`)
}

/** Undefined: not marked so. */
export async function readMark(place: RepositoryPlace, name: SnapshotName, kind: MarkKind): Promise<VersionMark | undefined> {
  try {
    return parseMark(await readFile(besideFile(place, name, kind)))
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}

/** The marked versions of one device's folder, each kind apart. Undefined: there is no such folder. */
export async function listMarks(
  place: RepositoryPlace,
  folder: string,
): Promise<Readonly<Record<BesideSuffix, ReadonlyMap<SnapshotId, SnapshotName>>> | undefined> {
  const none = () => new Map<SnapshotId, SnapshotName>()
  const marks = { pin: none(), bin: none(), note: none() }
  const files = await listNames(join(place.snapshotsFolder, folder))
  if (files === undefined) return undefined
  for (const file of files) {
    const kind = besideSuffixes.find((one) => file.endsWith(`.${one}`))
    const name = kind && parseSnapshotFileName(`snapshots/${folder}/${file.slice(0, -kind.length - 1)}`)
    if (kind && name) marks[kind].set(name.id, name)
  }
  return marks
}

export function besideFile(place: RepositoryPlace, name: SnapshotName, suffix: BesideSuffix): string {
  return `${place.snapshotFile(name)}.${suffix}`
}

function parseMark(bytes: Buffer): VersionMark {
  if (bytes.length > maxMarkBytes) return { atMs: undefined, by: byUnknown }
  try {
    const { at, by } = JSON.parse(bytes.toString('utf8')) as { readonly at?: unknown; readonly by?: unknown }
    const atMs = typeof at === 'string' ? Date.parse(at) : Number.NaN
    return {
      atMs: Number.isSafeInteger(atMs) ? atMs : undefined,
      by: typeof by === 'string' ? by.slice(0, maxByCharacters) : byUnknown,
    }
  } catch {
    return { atMs: undefined, by: byUnknown }
  }
}

async function listNames(folder: string): Promise<readonly string[] | undefined> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return undefined
    throw error
  }
}
