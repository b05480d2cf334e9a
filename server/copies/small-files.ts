/**
 * The files of a repository beside its packs, as a copy takes them: what a row can say is taken from the row, every other file is
 * proved against its own name first. Whoever overwrites them here does not reach the copy.
 */
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  encodeKeySlotFile,
  encodeRepositoryFile,
  FormatError,
  isBodyWhole,
  keySlotFileName,
  parseSnapshotFileName,
  readGoneFile,
  readHeader,
  readSnapshotFile,
  recordBytes,
  repositoryFileName,
  snapshotFileMaxBytes,
} from '../../engine/index.ts'
import type { StoredKeySlot } from '../repositories/key-slots-table.ts'
import type { Repository } from '../repositories/repository.ts'
import type { RepositoryPlace } from '../repositories/repository-place.ts'
import { hasCode } from '../storage-volumes/durable-file.ts'

export interface SmallFile {
  readonly name: string
  readonly bytes: Buffer
}

export const markSuffixes = ['.gone', '.pin', '.bin', '.note'] as const
export type MarkSuffix = (typeof markSuffixes)[number]

export interface MarkName {
  readonly name: string
  readonly suffix: MarkSuffix
  /** The name of the version's file that it stands beside. */
  readonly version: string
}

export function parseMarkName(name: string): MarkName | undefined {
  const suffix = markSuffixes.find((known) => name.endsWith(known))
  if (suffix === undefined) return undefined
  const version = name.slice(0, -suffix.length)
  return parseSnapshotFileName(version) && { name, suffix, version }
}

/** What says what the repository is, and what opens it. */
export function keyFiles(repository: Repository, slots: readonly StoredKeySlot[]): readonly SmallFile[] {
  const description = encodeRepositoryFile({ uid: repository.uid, createdMs: repository.createdAt })
  return [
    ...slots.map(({ slot }) => ({ name: keySlotFileName(slot.id), bytes: encodeKeySlotFile(slot) })),
    { name: repositoryFileName, bytes: description },
  ]
}

/** The marks that lie beside versions, by device and number. */
export async function listMarkNames(place: RepositoryPlace): Promise<readonly MarkName[]> {
  const devices = (await readdir(place.snapshotsFolder, { withFileTypes: true })).filter((entry) => entry.isDirectory())
  const marks: MarkName[] = []
  for (const { name: device } of devices) {
    const names = await readdir(join(place.snapshotsFolder, device))
    marks.push(...names.sort().flatMap((name) => parseMarkName(`snapshots/${device}/${name}`) ?? []))
  }
  return marks
}

export type ReadSmallFile =
  | { readonly kind: 'whole'; readonly file: SmallFile }
  | { readonly kind: 'absent' }
  | { readonly kind: 'damaged' }

/** A version or a mark, proved as far as it can be without keys. */
export async function readSmallFile(place: RepositoryPlace, name: string): Promise<ReadSmallFile> {
  const path = join(place.folder, ...name.split('/'))
  try {
    if ((await stat(path)).size > snapshotFileMaxBytes) return { kind: 'damaged' }
    const bytes = await readFile(path)
    return isWhole(name, bytes) ? { kind: 'whole', file: { name, bytes } } : { kind: 'damaged' }
  } catch (error) {
    if (hasCode(error, ['ENOENT'])) return { kind: 'absent' }
    if (error instanceof FormatError) return { kind: 'damaged' }
    throw error
  }
}

function isWhole(name: string, bytes: Buffer): boolean {
  const mark = parseMarkName(name)
  if (mark === undefined) return readSnapshotFile(bytes).id === parseSnapshotFileName(name)?.id
  switch (mark.suffix) {
    case '.gone':
      return readGoneFile(bytes).id === parseSnapshotFileName(mark.version)?.id
    case '.note': {
      const header = readHeader(bytes)
      return recordBytes(header) === bytes.length && isBodyWhole(bytes, header)
    }
    case '.pin':
    case '.bin':
      return isJsonObject(bytes)
    default:
      return mark.suffix satisfies never
  }
}

function isJsonObject(bytes: Buffer): boolean {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}
